import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { listening } from './listening.ts';

/** Bytes in response to a request, and what follows them: `drip` and `endless` send more until the client disconnects. */
export interface RawResponse {
  readonly bytes: Buffer;
  readonly ending: 'close' | 'reset' | 'wait' | 'drip' | 'endless';
}

/** A request: its number from 1, and the first byte of its range (0 without one). */
export type RawAnswer = (n: number, from: number) => RawResponse;

export interface RawServer {
  readonly url: string;
  /** may be replaced at any time */
  answer: RawAnswer;
  /** number of requests */
  requests(): number;
}

/** Starts a server that responds with arbitrary bytes, one request per connection. */
export async function startRawServer(answer: RawAnswer): Promise<RawServer> {
  let count = 0;
  const server = createServer((socket) => {
    let head = '';
    const onData = (data: Buffer) => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onData).resume();
      const from = Number(/^range: bytes=(\d+)-/im.exec(head)?.[1] ?? 0);
      send(socket, raw.answer(++count, from));
    };
    socket.on('error', () => undefined).on('data', onData);
  });
  const raw: RawServer = {
    url: `http://127.0.0.1:${await listening(server)}`,
    answer,
    requests: () => count,
  };
  return raw;
}

function send(socket: Socket, { bytes, ending }: RawResponse): void {
  socket.write(bytes, () => {
    if (ending === 'close') socket.end();
    if (ending === 'reset') socket.resetAndDestroy();
    if (ending === 'endless') flood(socket);
    if (ending === 'drip') drip(socket);
  });
}

/** The body of a drip is `1` forever: also a digit of a chunk size, and a letter of a header. */
function drip(socket: Socket): void {
  const timer = setInterval(() => socket.write('1'), 10);
  const stop = () => clearInterval(timer);
  socket.once('close', stop);
  onTestFinished(stop);
}

function flood(socket: Socket): void {
  while (socket.writable && socket.write('1'.repeat(16 * 1024)));
  if (socket.writable) socket.once('drain', () => flood(socket));
}
