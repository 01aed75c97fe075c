/** A position in a response body: after a number of bytes of this response, or at an offset of the file. */
export type BodyPoint =
  | { readonly bytes: number; readonly offset?: never }
  | { readonly offset: number; readonly bytes?: never };

/** A fault of the hub. */
export type FaultEffect =
  // any request
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Seconds or an HTTP date, for `Retry-After`. */
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
  | { readonly kind: 'last-modified' /** Instead of an ETag. */; readonly date: string }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'no-length' }
  // signed URLs of the CDN: each is good for so many requests
  | { readonly kind: 'expired-url'; readonly uses: number }
  // what the hub publishes about a file
  | { readonly kind: 'wrong-hash' }
  | { readonly kind: 'list-as'; readonly as: string };

export type FaultKind = FaultEffect['kind'];

/** The requests that it affects; default: all. */
export interface FaultScope {
  /**
   * The decoded path of the URL, with `*` as wildcard. Metadata of a file is matched by the path of its
   * resolve URL, so `*model.gguf` matches the file in listings, on the hub and on the CDN. ModelScope has the path in
   * the query; for a body fault it is appended to the path of the URL.
   */
  readonly path?: string;
  readonly port?: 'api' | 'cdn';
  readonly method?: 'GET' | 'HEAD';
  /** Number of matching requests to skip first. */
  readonly skip?: number;
  /** Number of requests to affect after that; default: all. */
  readonly times?: number;
}

export type Fault = FaultEffect & FaultScope;

export type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>;

/** A request or a published file that a fault may affect. */
export interface FaultTarget {
  readonly path: string;
  readonly port: 'api' | 'cdn';
  readonly method: string;
}

/** A matching fault: call `hit` when it takes effect; `off` resolves when it is removed. */
export interface Strike<K extends FaultKind> {
  readonly fault: FaultOf<K>;
  readonly hit: () => void;
  readonly off: Promise<void>;
}

/** An active fault. */
export class SwitchedFault {
  readonly id: string;
  readonly fault: Fault;
  /** Number of hits: a cut or a stall counts when its position is reached. */
  hits = 0;
  /** Resolves when the fault is removed, which resumes stalled connections and lifts the limit of slow ones. */
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

  /** Resolves at this total number of hits. */
  reached(hits = 1): Promise<void> {
    if (this.hits >= hits) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ hits, resolve }));
  }

  /** Whether the fault matches this target; each match counts towards `times`. */
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

/** The active faults. */
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

  /** Removes all faults. */
  clear(): void {
    for (const fault of this.list()) fault.remove();
  }

  /** Like `take`, for a fault that certainly takes effect: it is counted at once. */
  strike<K extends FaultKind>(kind: K, target: FaultTarget, couldHit?: (fault: FaultOf<K>) => boolean) {
    const strike = this.take(kind, target, couldHit);
    strike?.hit();
    return strike?.fault;
  }

  /** Returns the first fault of this kind that matches the target and could take effect; the caller reports the hit. */
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
