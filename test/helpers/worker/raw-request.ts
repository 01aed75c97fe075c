import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** `error.code` of the body */
  readonly code: string | undefined;
  readonly text: string;
}

/** Sends bytes (latin1) over a new connection and returns the first response; the connection stays half open until then. */
export async function sendRaw(port: number, bytes: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(bytes, 'latin1');
  let text = '';
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (/\r\n\r\n.*\n$/s.test(text)) resolve();
    });
  });
  await Promise.race([answered, closed]);
  socket.destroy();
  const body = /\{"error":.*\}/.exec(text)?.[0];
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
  return { status, code: body === undefined ? undefined : JSON.parse(body).error.code, text };
}

/** Returns the text of a request. `headers` are lines without their end. */
export function rawRequest(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, ...headers, '', body].join('\r\n');
}
