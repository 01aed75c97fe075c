import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes in as many calls as needed, because a write may be short. Returns their number. */
export async function writeAll(
  handle: FileHandle,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<number> {
  let pending = chunks.filter((chunk) => chunk.length > 0);
  let written = 0;
  while (pending.length > 0) {
    const { bytesWritten } = await handle.writev(pending, position + written);
    if (bytesWritten === 0)
      throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC', syscall: 'writev' });
    written += bytesWritten;
    pending = without(pending, bytesWritten);
  }
  return written;
}

function without(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = bytes;
  for (const chunk of chunks) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
    } else {
      rest.push(chunk.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
