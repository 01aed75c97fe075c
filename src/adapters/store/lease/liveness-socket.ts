import { readFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { errnoOf } from '../disk/disk.ts';

/** A socket that the kernel closes when its process ends, for whatever reason. */
export interface LivenessSocket {
  close(): Promise<void>;
}

/** Longest Unix socket path that works on every platform, bytes. */
const MAX_PATH = 100;

/** Returns the boot ID of the running kernel, null if unknown: only processes on the same kernel can connect to each other's sockets. */
export function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/** Listens on `path`. Returns null if that is impossible (path too long, file system without sockets): a lease works without it. */
export async function openLivenessSocket(path: string): Promise<LivenessSocket | null> {
  if (Buffer.byteLength(path) > MAX_PATH) return null;
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
    // every user may connect: the socket carries no data
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

/** Returns whether the process that opened the socket has ended: nothing listens on it. */
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
