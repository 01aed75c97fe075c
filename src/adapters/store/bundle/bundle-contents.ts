import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ImportModel } from '../../../core/domain/import.ts';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { contentHash } from '../../../core/store/digest.ts';
import type { Disk } from '../disk/disk.ts';
import { StoreGuard } from '../disk/store-guard.ts';

const READ_BYTES = 1024 * 1024;

/** Content to bundle. */
export interface SourceContent {
  /** path without links */
  readonly path: string;
  readonly file: PinnedFile;
}

/** Returns where the content of a file is. @throws RmaError RMA_IMPORT_CHANGED (1) */
export function sourceContent({ directory, files }: ImportModel, file: PinnedFile): SourceContent {
  const from = files.find(({ path }) => path === file.path)?.from ?? file.path;
  const path = new StoreGuard([directory]).realpath(join(directory, from));
  if (path !== null) return { path, file };
  throw new RmaError('RMA_IMPORT_CHANGED', `${join(directory, from)} disappeared`, {
    hint: 'run the command again',
  });
}

/**
 * Yields the bytes of content, and returns its sha256 after the last one. The content is compared with its published hash.
 * @throws RmaError RMA_BUNDLE_SOURCE exit 6
 */
export async function* verifiedBytes(
  disk: Disk,
  { path, file }: SourceContent,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, string> {
  const { bytes, digest } = file;
  const sha256 = createHash('sha256');
  const other =
    digest === null || digest.algorithm === 'sha256' ? null : contentHash(digest.algorithm, bytes);
  const handle = await disk.open(path, 'r');
  let at = 0;
  try {
    while (at < bytes) {
      signal.throwIfAborted();
      // not reused: the receiver may still hold the chunk before
      const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, bytes - at));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      sha256.update(chunk);
      other?.update(chunk);
      at += bytesRead;
      yield chunk;
    }
  } finally {
    await handle.close();
  }
  const hex = sha256.digest('hex');
  const seen = other === null ? hex : other.digest();
  if (at === bytes && (digest === null || seen === digest.hex)) return hex;
  throw new RmaError(
    'RMA_BUNDLE_SOURCE',
    `${path} in the store is corrupt: its ${digest?.algorithm ?? 'size'} is wrong`,
    {
      exitCode: EXIT.badContent,
      hint: 'repair the store: rma models repair; or export other models only',
      details: { path },
    },
  );
}

/** Returns the sha256 of content, which its source publishes for large files. */
export async function sha256Of(disk: Disk, content: SourceContent, signal: AbortSignal): Promise<string> {
  const { digest } = content.file;
  if (digest?.algorithm === 'sha256') return digest.hex;
  const bytes = verifiedBytes(disk, content, signal);
  for (;;) {
    const next = await bytes.next();
    if (next.done === true) return next.value;
  }
}
