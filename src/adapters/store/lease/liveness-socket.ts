import { connect, createServer } from 'node:net';
import { type Disk, errnoOf } from '../disk/disk.ts';

/** A socket that the kernel closes when its process ends, for whatever reason. */
export interface LivenessSocket {
  close(): Promise<void>;
}

/** Longest Unix socket path that works on every platform, bytes. */
const MAX_PATH = 100;

/** Listens on `path`. Returns null if that is impossible (path too long, file system without sockets): a lease works without it. */
export async function openLivenessSocket(disk: Disk, path: string): Promise<LivenessSocket | null> {
  if (Buffer.byteLength(path) > MAX_PATH) return null;
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
    // every user may connect: the socket carries no data
    await disk.chmod(path, 0o666);
  } catch {
    server.close();
    return null;
  }
  server.unref();
  return {
    close: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await disk.rm(path, { force: true });
    },
  };
}

/** Returns whether the process that opened the socket runs: something listens on it; null if that is unknown. */
export async function isListening(path: string): Promise<boolean | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => {
      socket.destroy();
      resolve(['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error) ?? '') ? false : null);
    });
  });
}
