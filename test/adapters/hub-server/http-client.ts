import { type IncomingHttpHeaders, request } from 'node:http';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What arrived, also when the answer broke off. */
  readonly body: Buffer;
  /** Whether the answer ended as HTTP says it must. */
  readonly complete: boolean;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Called with the number of bytes so far; true hangs up. */
  readonly hangUp?: (received: number) => boolean;
}

/** One request on a connection of its own, with nothing done behind the test's back: no redirects, no decoding. */
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

/** Follows redirects as a browser would, without headers. */
export async function follow(url: string): Promise<Reply> {
  const reply = await ask(url);
  const { location } = reply.headers;
  return location === undefined ? reply : follow(new URL(location, url).href);
}
