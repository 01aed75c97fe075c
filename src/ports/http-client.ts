export interface HttpRequest {
  readonly method: 'GET' | 'HEAD';
  readonly url: string;
  /** lower-case names */
  readonly headers?: Readonly<Record<string, string>>;
  /** value of `Authorization`: sent to the origin of `url` only, and dropped after a redirect to another origin */
  readonly authorization?: string | null;
  /** value of `Cookie`: sent like `authorization` */
  readonly cookie?: string | null;
  readonly signal?: AbortSignal;
  /** size limit of `read`, bytes (default 64 MiB) */
  readonly maxBytes?: number;
  /** called before each request of a chain of redirects with its URL; the function that it returns ends the use of the connection */
  readonly turn?: (url: string) => Promise<() => void>;
  /** the body is the content of a file, which the caller uses block by block; the body of an error may be missing */
  readonly inBlocks?: boolean;
}

/** One response in a chain of redirects, including the last one. Header names are lower-case. */
export interface HttpHop {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpResponse extends HttpHop {
  readonly hops: readonly HttpHop[];
}

/** A response with an unread body. The caller reads it to the end or closes it. */
export interface HttpStream extends HttpResponse {
  /** @throws RmaError RMA_HUB_UNREACHABLE if the connection fails or no data arrives before the timeout */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * 0: the parts of the body are the caller's. Otherwise the body arrives in blocks of up to 252 KiB, each valid until the next
   * one is taken, and so many of them may be kept at a time.
   */
  readonly keepable: number;
  /** Leaves the block that was taken last valid until the returned function is called. */
  keep(): () => void;
  close(): void;
  /** Sends the last request of the chain once more, without the redirects before it. @throws RmaError as `open` */
  again(changes: Pick<HttpRequest, 'headers' | 'signal'>): Promise<HttpStream>;
}

export interface HttpText extends HttpResponse {
  readonly text: string;
}

/** A wait that a server requested before the request is repeated. */
export interface HttpWait {
  readonly host: string;
  readonly status: number;
  readonly ms: number;
}

/** HTTP client for hubs. Any status is a response, not an error. */
export interface HttpClient {
  /**
   * Sends one request and follows redirects.
   * @throws RmaError RMA_HUB_UNREACHABLE exit 1, RMA_HUB_UNSAFE_REDIRECT exit 6
   */
  open(request: HttpRequest): Promise<HttpStream>;
  /** Reads a small document, with retries on network errors, 408, 429 and 5xx. Returns the last response or throws the last error. */
  read(request: HttpRequest): Promise<HttpText>;
}
