import type { FileHandle } from 'node:fs/promises';
import type { RangeSet } from '../../../core/store/range-set.ts';
import { tryClone } from '../disk/clone.ts';
import type { Disk } from '../disk/disk.ts';
import { openNew } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';

const COPY_BYTES = 1024 * 1024;

export interface PartCopy {
  readonly from: string;
  /** a new name */
  readonly to: string;
  /** what to copy; nothing follows the last of them */
  readonly ranges: RangeSet;
  readonly signal: AbortSignal;
  /** called before the copy, if it takes disk space of its own */
  readonly onCopy?: (() => Promise<void>) | undefined;
}

/** Copies ranges of a file, by a reflink if possible, and syncs them. Returns the copy, open for reading and writing. */
export async function copyPart(
  disk: Disk,
  { from, to, ranges, signal, onCopy }: PartCopy,
): Promise<FileHandle> {
  const source = await disk.open(from, 'r');
  let target: FileHandle | null = null;
  try {
    const isCloned = await tryClone(disk, from, to);
    if (!isCloned) await onCopy?.();
    target = isCloned ? await disk.open(to, 'r+') : await openNew(disk, to);
    if (isCloned) await target.truncate(ranges.at(-1)?.[1] ?? 0);
    else await copyRanges(source, target, { ranges, signal });
    await target.datasync();
    return target;
  } catch (error) {
    await target?.close();
    throw error;
  } finally {
    await source.close();
  }
}

async function copyRanges(
  from: FileHandle,
  to: FileHandle,
  { ranges, signal }: Pick<PartCopy, 'ranges' | 'signal'>,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (const [start, end] of ranges) {
    for (let at = start; at < end; ) {
      signal.throwIfAborted();
      const { bytesRead } = await from.read(buffer, 0, Math.min(COPY_BYTES, end - at), at);
      if (bytesRead === 0)
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO', syscall: 'read' });
      at += await writeAll(to, [buffer.subarray(0, bytesRead)], at);
    }
  }
}
