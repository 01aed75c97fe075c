import type { createHash, Hash } from 'node:crypto';
import type { readSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { HashStart } from '../../../core/store/digest.ts';

/** Requests to the thread; `id` names a file. They are handled in order; the results of `read` and `update` are sent in that order. */
export type HashRequest =
  | {
      readonly kind: 'start';
      readonly id: number;
      /** open for reading until `end` */
      readonly fd: number;
      readonly algorithm: HashStart['algorithm'];
      /** hashed before the content */
      readonly header: string;
    }
  /** hashes bytes of the file that follow what was hashed */
  | { readonly kind: 'read'; readonly id: number; readonly from: number; readonly to: number }
  /** memory that both threads use; `id` names it in `update` */
  | { readonly kind: 'memory'; readonly id: number; readonly shared: SharedArrayBuffer }
  /** hashes parts of a memory, from start to end each */
  | {
      readonly kind: 'update';
      readonly id: number;
      readonly memory: number;
      readonly parts: readonly (readonly [number, number])[];
    }
  /** `mark` keeps the hash so far, `rewind` returns to it */
  | { readonly kind: 'mark' | 'rewind' | 'end'; readonly id: number };

/** A request whose result is the hash of everything so far. */
export type ResultRequest = Extract<HashRequest, { readonly kind: 'read' | 'update' }>;

export type HashReply =
  /** hash of everything so far, lower-case hexadecimal */
  { readonly hex: string } | { readonly error: HashError };

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
  const memories = new Map<number, SharedArrayBuffer>();

  const hashed = (file: { readonly fd: number; readonly hash: Hash }, request: ResultRequest): string => {
    if (request.kind === 'update') {
      const memory = memories.get(request.memory) as SharedArrayBuffer;
      for (const [from, to] of request.parts) file.hash.update(new Uint8Array(memory, from, to - from));
    } else {
      for (let at = request.from; at < request.to; ) {
        const bytes = readSync(file.fd, buffer, 0, Math.min(buffer.length, request.to - at), at);
        if (bytes === 0)
          throw Object.assign(new Error('the file became shorter'), { code: 'EIO', syscall: 'read' });
        file.hash.update(buffer.subarray(0, bytes));
        at += bytes;
      }
    }
    return file.hash.copy().digest('hex');
  };

  const resultOf = (
    file: { readonly fd: number; readonly hash: Hash },
    request: ResultRequest,
  ): HashReply => {
    try {
      return { hex: hashed(file, request) };
    } catch (error) {
      const { message, code, syscall } = error as HashError;
      return { error: { message, code, syscall } };
    }
  };

  port.on('message', (request: HashRequest) => {
    const { id } = request;
    if (request.kind === 'memory') return void memories.set(id, request.shared);
    if (request.kind === 'start') {
      const hash = createHash(request.algorithm).update(request.header);
      files.set(id, { fd: request.fd, hash, marked: hash.copy() });
    }
    const file = files.get(id);
    if (file === undefined) throw new Error(`no file ${id}`);
    if (request.kind === 'read' || request.kind === 'update') port.postMessage(resultOf(file, request));
    if (request.kind === 'mark') file.marked = file.hash.copy();
    if (request.kind === 'rewind') file.hash = file.marked.copy();
    if (request.kind === 'end') files.delete(id);
  });
}
