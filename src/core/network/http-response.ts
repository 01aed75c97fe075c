/** The response of a route; the server writes it as JSON. */
export interface HttpResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Returns a response with status 200. */
export function ok(body: unknown): HttpResponse {
  return { status: 200, body };
}

/** Returns an error as JSON: `{"error": {"code", "message"}}`. */
export function refusal(status: number, code: `RMA_${string}`, message: string): HttpResponse {
  return { status, body: { error: { code, message } } };
}
