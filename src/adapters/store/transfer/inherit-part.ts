import type { FileHandle } from 'node:fs/promises';
import type { StagingSlot } from '../../../ports/model-store.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { copyPart } from './copy-part.ts';
import {
  discardPart,
  durableRanges,
  type Journal,
  journalPath,
  readJournal,
  writeJournal,
} from './journal.ts';

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

async function copy(
  { disk, slot, signal }: Inheritance,
  from: string,
  journal: Journal,
): Promise<Inherited | null> {
  const ranges = durableRanges(journal);
  let handle: FileHandle | null = null;
  try {
    handle = await unless(['ENOENT'], copyPart(disk, { from, to: slot.path, ranges, signal }));
    if (handle === null) return null;
    await writeJournal(disk, slot.path, { journal: { ...journal, closed: false }, sync: true });
    await discardPart(disk, from);
    return { handle, journal };
  } catch (error) {
    await handle?.close();
    await discardPart(disk, slot.path);
    throw error;
  }
}

/** What follows the last synced byte is not content. */
function endOf(journal: Journal): number {
  return durableRanges(journal).at(-1)?.[1] ?? 0;
}
