import { connect, createServer, type Socket } from 'node:net';
import { ByteReader } from '../../../src/adapters/http/byte-reader.ts';
import { listening } from './listening.ts';

export interface SocksOptions {
  /** port of this machine that all hosts lead to */
  readonly to: number;
  /** that it requires */
  readonly login?: { readonly user: string; readonly password: string };
  /** reply to every request (default 0: connected) */
  readonly reply?: number;
}

/** Starts a SOCKS 5 proxy (RFC 1928, 1929). Returns its port, and the addresses of the requests as they were sent. */
export async function startSocksProxy(options: SocksOptions) {
  const seen: string[] = [];
  const server = createServer((socket) => void serve(socket, options, seen).catch(() => socket.destroy()));
  return { port: await listening(server), seen };
}

async function serve(socket: Socket, { to, login, reply = 0 }: SocksOptions, seen: string[]): Promise<void> {
  const reader = new ByteReader(socket);
  const read = (bytes: number) => reader.take(bytes);
  const [, count = 0] = await read(2);
  const methods = [...(await read(count))];
  const method = login === undefined ? 0 : 2;
  // one byte at a time: a client must not expect a whole reply in one chunk
  const write = (bytes: readonly number[]) => bytes.forEach((byte) => void socket.write(Buffer.from([byte])));
  if (!methods.includes(method)) return void socket.end(Buffer.from([5, 255]));
  write([5, method]);
  if (login !== undefined) {
    await read(1);
    const user = (await read((await read(1))[0] ?? 0)).toString();
    const password = (await read((await read(1))[0] ?? 0)).toString();
    const fits = user === login.user && password === login.password;
    write([1, fits ? 0 : 1]);
    if (!fits) return;
  }
  const [, , , type] = await read(4);
  const host =
    type === 3
      ? (await read((await read(1))[0] ?? 0)).toString()
      : [...(await read(type === 1 ? 4 : 16))].join('.');
  seen.push(`${host}:${(await read(2)).readUInt16BE()}`);
  write([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (reply !== 0) return;
  reader.release();
  const tunnel = connect(to, '127.0.0.1', () => tunnel.pipe(socket).pipe(tunnel));
  tunnel.on('error', () => socket.destroy());
  socket.once('close', () => tunnel.destroy());
}
