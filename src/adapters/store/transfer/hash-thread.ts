import type { createHash, Hash } from 'node:crypto';
import type { readSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';

/** Requests to the thread; `id` names a file. They are handled in order, and only `read` is answered. */
export type HashRequest =
  | {
      readonly kind: 'start';
      readonly id: number;
      /** open for reading until `end` */
      readonly fd: number;
      readonly algorithm: 'sha256' | 'sha1';
      /** hashed before the content */
      readonly header: string;
    }
  /** hashes bytes that follow what was hashed */
  | { readonly kind: 'read'; readonly id: number; readonly from: number; readonly to: number }
  /** `mark` keeps the hash so far, `rewind` returns to it */
  | { readonly kind: 'mark' | 'rewind' | 'end'; readonly id: number };

export type HashReply =
  /** hash of everything so far, lower-case hexadecimal */
  { readonly id: number; readonly hex: string } | { readonly id: number; readonly error: HashError };

export interface HashError {
  readonly message: string;
  readonly code?: string | undefined;
  readonly syscall?: string | undefined;
}

export interface HashModules {
  readonly readSync: typeof readSync;
  readonly createHash: typeof createHash;
}

/**
 * Hashes files for another thread, whose open files it reads. The source text of this function is the program of the thread,
 * whatever file it was bundled into, so it may use nothing but its arguments and globals.
 */
export function serveHashes(port: MessagePort, { readSync, createHash }: HashModules): void {
  // fits into the CPU cache
  const buffer = new Uint8Array(256 * 1024);
  const files = new Map<number, { fd: number; hash: Hash; marked: Hash }>();

  const read = (file: { readonly fd: number; readonly hash: Hash }, from: number, to: number) => {
    for (let at = from; at < to; ) {
      const bytes = readSync(file.fd, buffer, 0, Math.min(buffer.length, to - at), at);
      if (bytes === 0)
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO', syscall: 'read' });
      file.hash.update(buffer.subarray(0, bytes));
      at += bytes;
    }
    return file.hash.copy().digest('hex');
  };

  port.on('message', (request: HashRequest) => {
    const { id } = request;
    if (request.kind === 'start') {
      const hash = createHash(request.algorithm).update(request.header);
      files.set(id, { fd: request.fd, hash, marked: hash.copy() });
      return;
    }
    const file = files.get(id);
    if (file === undefined) throw new Error(`no file ${id}`);
    if (request.kind === 'read') {
      try {
        port.postMessage({ id, hex: read(file, request.from, request.to) });
      } catch (error) {
        const { message, code, syscall } = error as HashError;
        port.postMessage({ id, error: { message, code, syscall } });
      }
    } else if (request.kind === 'mark') file.marked = file.hash.copy();
    else if (request.kind === 'rewind') file.hash = file.marked.copy();
    else files.delete(id);
  });
}
