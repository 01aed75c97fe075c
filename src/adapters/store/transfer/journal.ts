import { dirname } from 'node:path';
import type { Disk } from '../disk/disk.ts';
import { readJson, writeAtomic, writeQuick } from '../disk/files.ts';

/** Synced ranges of an unfinished download. Stored next to it as `<part>.json`. */
export interface Journal {
  readonly schema: 'rma.part/v1';
  /** strong entity tag of the response that the bytes are from */
  readonly etag: string | null;
  readonly urlHost: string;
  readonly bytes: number;
  /** synced ranges, [start, end) */
  readonly ranges: readonly (readonly [number, number])[];
  /** true after the writer closed the file: nothing writes to it any more */
  readonly closed: boolean;
}

/** Returns the path of the journal of a part. */
export function journalPath(part: string): string {
  return `${part}.json`;
}

/** Reads the journal of a part; null if it is missing or invalid. */
export async function readJournal(disk: Disk, part: string): Promise<Journal | null> {
  const value = await readJson(disk, journalPath(part));
  return isJournal(value) ? value : null;
}

/** Replaces the journal. It is written after the data is synced, so it never claims too much; with `sync` it survives a power failure. */
export async function writeJournal(
  disk: Disk,
  part: string,
  { journal, sync }: { readonly journal: Journal; readonly sync: boolean },
): Promise<void> {
  const write = sync ? writeAtomic : writeQuick;
  const text = `${JSON.stringify(journal)}\n`;
  await write(disk, { staging: dirname(part), path: journalPath(part), text });
}

/** Removes a part and its journal. */
export async function discardPart(disk: Disk, path: string): Promise<void> {
  await disk.rm(path, { force: true });
  await disk.rm(journalPath(path), { force: true });
}

/** Returns the number of bytes from the start of the file that are on disk without a gap. */
export function durablePrefix(journal: Journal): number {
  const sorted = [...journal.ranges].sort((a, b) => a[0] - b[0]);
  return sorted.reduce((end, [from, to]) => (from <= end ? Math.max(end, to) : end), 0);
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null) return false;
  const { schema, etag, bytes, ranges, closed } = value as Partial<Record<keyof Journal, unknown>>;
  return (
    schema === 'rma.part/v1' &&
    (etag === null || typeof etag === 'string') &&
    isOffset(bytes) &&
    typeof closed === 'boolean' &&
    Array.isArray(ranges) &&
    ranges.every((range) => Array.isArray(range) && range.length === 2 && range.every(isOffset))
  );
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
