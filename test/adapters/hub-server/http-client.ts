import { type IncomingHttpHeaders, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The bytes received, even if the connection broke. */
  readonly body: Buffer;
  /** Whether the response was complete. */
  readonly complete: boolean;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Called with the number of bytes so far; closes the connection if it returns true. */
  readonly hangUp?: (received: number) => boolean;
}

/** Sends one request on a new connection, without redirects or decoding. */
export function ask(url: string, { method = 'GET', headers = {}, body, hangUp }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (hangUp?.(chunks.reduce((sum, { length }) => sum + length, 0))) response.destroy();
      });
      response.on('error', () => undefined);
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          complete: response.complete,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export async function askJson(url: string, options?: Ask): Promise<unknown> {
  return JSON.parse((await ask(url, options)).body.toString('utf8'));
}

/** Follows redirects like a browser, without headers. */
export async function follow(url: string): Promise<Reply> {
  const reply = await ask(url);
  const { location } = reply.headers;
  return location === undefined ? reply : follow(new URL(location, url).href);
}
