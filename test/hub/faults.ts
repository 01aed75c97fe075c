/** Where in a response body: after so many bytes of this response, or at an offset of the file. */
export type BodyPoint =
  | { readonly bytes: number; readonly offset?: never }
  | { readonly offset: number; readonly bytes?: never };

/** What goes wrong. */
export type FaultEffect =
  // any request
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Seconds or an HTTP date, as it stands in `Retry-After`. */
      readonly retryAfter?: string;
      /** `X-Error-Code`. */
      readonly errorCode?: string;
    }
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'redirect-loop' }
  // file bodies
  | { readonly kind: 'flip-byte' /** Default: the middle of the file. */; readonly offset?: number }
  | ({ readonly kind: 'cut' } & BodyPoint)
  | ({ readonly kind: 'stall' } & BodyPoint)
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'ignore-range' }
  | { readonly kind: 'wrong-content-range' }
  | { readonly kind: 'etag'; readonly etag: string }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'no-length' }
  // signed URLs of the CDN: each is good for so many requests
  | { readonly kind: 'expired-url'; readonly uses: number }
  // what the hub publishes about a file
  | { readonly kind: 'wrong-hash' }
  | { readonly kind: 'list-as'; readonly as: string };

export type FaultKind = FaultEffect['kind'];

/** Which requests it hits; all of them when nothing is given. */
export interface FaultScope {
  /**
   * The decoded path of the URL, `*` for any text. What is published about a file is matched by the path of its
   * resolve URL, so `*model.gguf` names the file in listings, on the hub and on the CDN. ModelScope has the file's path in
   * the query: a fault of a body sees it behind the path of the URL.
   */
  readonly path?: string;
  readonly port?: 'api' | 'cdn';
  readonly method?: 'GET' | 'HEAD';
  /** So many matching requests pass first. */
  readonly skip?: number;
  /** Then so many are hit; default: all. */
  readonly times?: number;
}

export type Fault = FaultEffect & FaultScope;

export type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>;

/** The request, or the published file, that a fault may hit. */
export interface FaultTarget {
  readonly path: string;
  readonly port: 'api' | 'cdn';
  readonly method: string;
}

/** A fault that hits: `hit` says that it took effect, `off` settles when it is switched off. */
export interface Strike<K extends FaultKind> {
  readonly fault: FaultOf<K>;
  readonly hit: () => void;
  readonly off: Promise<void>;
}

/** A fault that is switched on. */
export class SwitchedFault {
  readonly id: string;
  readonly fault: Fault;
  /** How often it took effect: a cut or a stall counts when its point is reached. */
  hits = 0;
  /** Settles when the fault is switched off: connections that it stalls go on then. */
  readonly off: Promise<void>;
  readonly #switchOff: () => void;
  readonly #waiting: { readonly hits: number; readonly resolve: () => void }[] = [];
  #matches = 0;

  constructor(id: string, fault: Fault, forget: () => void) {
    this.id = id;
    this.fault = fault;
    let settle = (): void => undefined;
    this.off = new Promise((resolve) => {
      settle = resolve;
    });
    this.#switchOff = () => {
      forget();
      settle();
    };
  }

  remove(): void {
    this.#switchOff();
  }

  /** Resolves when it took effect so many times in all. */
  reached(hits = 1): Promise<void> {
    if (this.hits >= hits) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ hits, resolve }));
  }

  /** Whether the fault hits this target; a yes uses up one of its times. */
  takes(target: FaultTarget): boolean {
    const { path, port, method, skip = 0, times = Number.POSITIVE_INFINITY } = this.fault;
    if (path !== undefined && !matchesGlob(path, target.path)) return false;
    if (port !== undefined && port !== target.port) return false;
    if (method !== undefined && method !== target.method) return false;
    this.#matches += 1;
    return this.#matches > skip && this.#matches <= skip + times;
  }

  hit(): void {
    this.hits += 1;
    for (const { hits, resolve } of this.#waiting) if (this.hits >= hits) resolve();
  }
}

/** The faults that are switched on. */
export class FaultBoard {
  readonly #faults = new Map<string, SwitchedFault>();
  #lastId = 0;

  add(fault: Fault): SwitchedFault {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const switched = new SwitchedFault(id, fault, () => this.#faults.delete(id));
    this.#faults.set(id, switched);
    return switched;
  }

  list(): readonly SwitchedFault[] {
    return [...this.#faults.values()];
  }

  /** Switches all of them off. */
  clear(): void {
    for (const fault of this.list()) fault.remove();
  }

  /** As `take`, for a fault whose effect is certain: it counts at once. */
  strike<K extends FaultKind>(kind: K, target: FaultTarget, couldHit?: (fault: FaultOf<K>) => boolean) {
    const strike = this.take(kind, target, couldHit);
    strike?.hit();
    return strike?.fault;
  }

  /** The first fault of this kind that hits the target and could have an effect there; the caller says when it did. */
  take<K extends FaultKind>(
    kind: K,
    target: FaultTarget,
    couldHit: (fault: FaultOf<K>) => boolean = () => true,
  ): Strike<K> | undefined {
    for (const switched of this.list()) {
      const { fault, off } = switched;
      if (!isOfKind(fault, kind) || !couldHit(fault) || !switched.takes(target)) continue;
      return { fault, off, hit: () => switched.hit() };
    }
    return undefined;
  }
}

function isOfKind<K extends FaultKind>(fault: Fault, kind: K): fault is FaultOf<K> {
  return fault.kind === kind;
}

function matchesGlob(glob: string, path: string): boolean {
  const literal = glob.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's').test(path);
}
