export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: string;
  /** lower-case names */
  readonly headers?: Readonly<Record<string, string>>;
  /** value of `Authorization`: goes to the origin of `url` only and, once a redirect has left it, nowhere again */
  readonly authorization?: string | null;
  /** value of `Cookie`: travels as `authorization` does */
  readonly cookie?: string | null;
  readonly signal?: AbortSignal;
  /** largest answer that `read` takes, bytes; default 64 MiB */
  readonly maxBytes?: number;
}

/** One answer on the way through redirects, the last one included. Header names are lower-case. */
export interface HttpHop {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpAnswer extends HttpHop {
  readonly hops: readonly HttpHop[];
}

/** An answer whose body is still to be read. Whoever opens it reads it to the end or closes it. */
export interface HttpStream extends HttpAnswer {
  /** @throws RmaError RMA_HUB_UNREACHABLE when the connection breaks or no byte comes for the stall time */
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
}

export interface HttpText extends HttpAnswer {
  readonly text: string;
}

/** The way out to hubs. Any status is an answer, not an error. */
export interface HttpClient {
  /**
   * One try, redirects followed.
   * @throws RmaError RMA_HUB_UNREACHABLE exit 1, RMA_HUB_UNSAFE_REDIRECT exit 6
   */
  open(request: HttpRequest): Promise<HttpStream>;
  /** The whole answer of a small document, tried again on network errors, 408, 429 and 5xx. The last answer or error counts. */
  read(request: HttpRequest): Promise<HttpText>;
}
