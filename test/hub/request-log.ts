import { createHash } from 'node:crypto';

/** A request to the hub. */
export interface LoggedRequest {
  readonly port: 'api' | 'cdn';
  readonly method: string;
  /** The decoded path of the URL. */
  readonly path: string;
  readonly query: string;
  /** The IP address of the client. */
  readonly from: string | undefined;
  readonly userAgent: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  /** Whether it had an Authorization header or the ModelScope cookie. */
  readonly authorized: boolean;
  /** The first 16 hex digits of the sha256 of the token. */
  readonly tokenHash: string | undefined;
  /** 0 until the response starts. */
  readonly status: number;
  /** Bytes of file content sent. */
  readonly bytesSent: number;
  /** Whether the URL is that of a file, whatever the response. */
  readonly file: boolean;
  readonly state: 'open' | 'done' | 'aborted';
}

/** The fields that handlers may change. */
export type OpenRequest = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] };

/** All requests except those to the admin endpoint, in order of arrival. */
export class RequestLog {
  readonly #entries: LoggedRequest[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #onEnd: (entry: LoggedRequest) => void;

  /** `onEnd` is called for each request when its response is complete or aborted. */
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

  /** GETs of file bodies, which a warm start must not send. Redirects do not count. */
  contentRequests(): readonly LoggedRequest[] {
    return this.#entries.filter(
      ({ file, method, status }) => file && method === 'GET' && !isRedirect(status),
    );
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** Resolves with the first completed request, logged or future, that matches. */
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

/** Returns the hash of a token for the log. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}
