import type { HttpResponse } from '../core/network/http-response.ts';
import type { RequestTarget } from '../core/network/own-host.ts';

/** A request to a server of rma; its body is not read. */
export interface ServerRequest {
  readonly method: string;
  /** without the query, as sent */
  readonly path: string;
  /** without `?` */
  readonly query: string;
  /** lower-case names */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly target: RequestTarget;
  /** Keeps the connection when there are too many: a valid token arrived on it. */
  readonly verify: () => void;
}

/** A response with content of a file; null for the response to HEAD. */
export interface ContentAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: AsyncIterable<Uint8Array> | null;
  /** Called once after the response, whatever became of it. */
  readonly close: () => Promise<void>;
}

export type ServerAnswer = HttpResponse | ContentAnswer;

export type AnswerRequest = (request: ServerRequest) => Promise<ServerAnswer>;

/** A server that accepts connections. */
export interface RunningServer {
  readonly port: number;
  /** Closes all connections. */
  close(): Promise<void>;
}
