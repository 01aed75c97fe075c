import { createHash } from 'node:crypto';

/** One request that the hub saw. */
export interface LoggedRequest {
  readonly port: 'api' | 'cdn';
  readonly method: string;
  /** The decoded path of the URL. */
  readonly path: string;
  readonly query: string;
  readonly userAgent: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  /** Whether an Authorization header, or ModelScope's cookie, came with it. */
  readonly authorized: boolean;
  /** First 16 hex digits of the sha256 of the token. */
  readonly tokenHash: string | undefined;
  /** 0 until the answer began. */
  readonly status: number;
  /** Bytes of file content handed to the network. */
  readonly bytesSent: number;
  /** Whether the URL is that of a file, whatever the answer was. */
  readonly file: boolean;
  readonly state: 'open' | 'done' | 'aborted';
}

/** What handlers may still change. */
export type OpenRequest = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

/** All requests but those of the admin endpoint, in the order they came. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #onEnd: (entry: LoggedRequest) => void;

  /** `onEnd` hears of each request when its answer ended or broke off. */
  constructor(onEnd: (entry: LoggedRequest) => void = () => undefined) {
    this.#onEnd = onEnd;
  }

  add(entry: OpenRequest): void {
    this.#entries.push(entry);
  }

  end(entry: OpenRequest, state: 'done' | 'aborted'): void {
    entry.state = state;
    this.#onEnd(entry);
    for (const check of this.#waiting) check();
  }

  entries(): readonly LoggedRequest[] {
    return [...this.#entries];
  }

  /** GETs of file bodies: what a warm start must not send. A GET that was answered by a redirect carried no body. */
  contentRequests(): readonly LoggedRequest[] {
    return this.#entries.filter(
      ({ file, method, status }) => file && method === 'GET' && !isRedirect(status),
    );
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** The first request, of those logged and those to come, whose answer ended and that passes the test. */
  waitFor(test: (entry: LoggedRequest) => boolean): Promise<LoggedRequest> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = this.#entries.find((entry) => entry.state !== 'open' && test(entry));
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** What the log keeps of a token. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
