import { readFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { errnoOf } from '../disk/disk.ts';

/** A socket that the kernel closes when its process ends, whatever ended it. */
export interface Witness {
  close(): Promise<void>;
}

/** Longest path of a Unix socket that works everywhere, bytes. */
const MAX_PATH = 100;

/** Identity of the running kernel: only processes under the same one can ask each other's sockets. Null where it is unknown. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/** Listens at `path`; null where that is impossible (path too long, file system without sockets): a lease works without. */
export async function openWitness(path: string): Promise<Witness | null> {
  if (Buffer.byteLength(path) > MAX_PATH) return null;
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
    // asking is allowed to everyone: there is nothing to be had
    await chmod(path, 0o666);
  } catch {
    server.close();
    return null;
  }
  server.unref();
  return {
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(path, { force: true });
    },
  };
}

/** Whether the process behind a witness is surely gone: nobody listens at its socket any more. */
export async function isGone(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', (error) => {
      socket.destroy();
      resolve(['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? ''));
    });
  });
}
