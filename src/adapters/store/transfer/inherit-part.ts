import type { FileHandle } from 'node:fs/promises';
import type { StagingSlot } from '../../../ports/model-store.ts';
import { tryClone } from '../disk/clone.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { openNew } from '../disk/files.ts';
import { writeAll } from '../disk/write-all.ts';
import {
  discardPart,
  durableRanges,
  type Journal,
  journalPath,
  readJournal,
  writeJournal,
} from './journal.ts';

const COPY_BYTES = 1024 * 1024;

export interface Inheritance {
  readonly disk: Disk;
  readonly slot: StagingSlot;
  readonly signal: AbortSignal;
}

/** The data of an earlier writer in the slot's file, which is open for reading and writing. */
export interface Inherited {
  readonly handle: FileHandle;
  readonly journal: Journal;
}

/**
 * Moves the data of an earlier writer to the slot's file: the file itself if that writer closed it, else a copy, because
 * the writer may still have the file open. Returns null if there is none, or another process took it first.
 */
export async function inheritPart(inheritance: Inheritance): Promise<Inherited | null> {
  const { disk, slot } = inheritance;
  if (slot.inherit === null) return null;
  const journal = await readJournal(disk, slot.inherit);
  if (journal === null) return null;
  return journal.closed
    ? takeOver(inheritance, slot.inherit, journal)
    : copy(inheritance, slot.inherit, journal);
}

async function takeOver(
  { disk, slot, signal }: Inheritance,
  from: string,
  journal: Journal,
): Promise<Inherited | null> {
  await writeJournal(disk, slot.path, { journal: { ...journal, closed: false }, sync: false });
  const moved = await unless(
    ['ENOENT'],
    disk.rename(from, slot.path).then(() => true),
  );
  if (moved === null) {
    // another process took this part over first
    await discardPart(disk, slot.path);
    return null;
  }
  await unless(['ENOENT'], disk.unlink(journalPath(from)));
  const handle = await disk.open(slot.path, 'r+');
  try {
    signal.throwIfAborted();
    await handle.truncate(endOf(journal));
    return { handle, journal };
  } catch (error) {
    await handle.close();
    await writeJournal(disk, slot.path, { journal, sync: false });
    throw error;
  }
}

async function copy(inheritance: Inheritance, from: string, journal: Journal): Promise<Inherited | null> {
  const { disk, slot } = inheritance;
  const old = await unless(['ENOENT'], disk.open(from, 'r'));
  if (old === null) return null;
  let handle: FileHandle | null = null;
  try {
    const cloned = await tryClone(disk, from, slot.path);
    handle = cloned ? await disk.open(slot.path, 'r+') : await openNew(disk, slot.path);
    if (cloned) await handle.truncate(endOf(journal));
    else await copyRanges(old, handle, { journal, signal: inheritance.signal });
    await handle.datasync();
    await writeJournal(disk, slot.path, { journal: { ...journal, closed: false }, sync: true });
    await discardPart(disk, from);
    return { handle, journal };
  } catch (error) {
    await handle?.close();
    await discardPart(disk, slot.path);
    throw error;
  } finally {
    await old.close();
  }
}

async function copyRanges(
  from: FileHandle,
  to: FileHandle,
  { journal, signal }: { readonly journal: Journal; readonly signal: AbortSignal },
): Promise<void> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (const [start, end] of durableRanges(journal)) {
    for (let at = start; at < end; ) {
      signal.throwIfAborted();
      const { bytesRead } = await from.read(buffer, 0, Math.min(COPY_BYTES, end - at), at);
      if (bytesRead === 0)
        throw Object.assign(new Error('the file became shorter'), { code: 'EIO', syscall: 'read' });
      at += await writeAll(to, [buffer.subarray(0, bytesRead)], at);
    }
  }
}

/** What follows the last synced byte is not content. */
function endOf(journal: Journal): number {
  return durableRanges(journal).at(-1)?.[1] ?? 0;
}
