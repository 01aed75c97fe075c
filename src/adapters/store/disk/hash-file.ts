import type { Digest } from '../../../core/domain/pinned-model.ts';
import { type ContentHash, contentHash } from '../../../core/store/digest.ts';
import { type Disk, NO_RECORD, unless } from './disk.ts';

const READ_BYTES = 1024 * 1024;

export interface HashOptions {
  readonly expected: { readonly bytes: number; readonly algorithm: Digest['algorithm'] };
  /** receives the bytes of each step; the next one waits for its promise */
  readonly onBytes?: (bytes: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
  readonly pieces?: HashedPieces;
}

export interface HashedPieces {
  readonly bytes: number;
  /** receives the bytes, none of which are of two pieces */
  readonly onPart: (part: Uint8Array) => void;
  /** receives the hash of everything up to the end of each complete piece */
  readonly onPiece: (hex: string) => void;
}

/** Returns the digest of a file on disk; null if it is missing, is not a regular file, or has another size. */
export async function hashFile(disk: Disk, path: string, options: HashOptions): Promise<string | null> {
  const { expected, onBytes, signal, pieces } = options;
  const handle = await unless(NO_RECORD, disk.open(path, 'r'));
  if (handle === null) return null;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size !== expected.bytes) return null;
    const hash = contentHash(expected.algorithm, expected.bytes);
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, Math.max(1, expected.bytes)));
    for (let position = 0; position < expected.bytes; ) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) return null;
      update(hash, buffer.subarray(0, bytesRead), { position, pieces });
      position += bytesRead;
      await onBytes?.(bytesRead);
    }
    return hash.digest();
  } finally {
    await handle.close();
  }
}

function update(
  hash: ContentHash,
  chunk: Uint8Array,
  { position, pieces }: { readonly position: number; readonly pieces: HashOptions['pieces'] },
): void {
  const pieceBytes = pieces?.bytes ?? Number.POSITIVE_INFINITY;
  for (let at = 0; at < chunk.length; ) {
    const left = pieceBytes - ((position + at) % pieceBytes);
    const part = chunk.subarray(at, at + left);
    hash.update(part);
    pieces?.onPart(part);
    at += part.length;
    if (part.length === left) pieces?.onPiece(hash.copy().digest());
  }
}
