import { dirname } from 'node:path';
import * as z from 'zod/mini';
import type { Schema } from '../../../core/schema/parse.ts';
import { wholeNumber } from '../../../core/schema/rules.ts';
import { type RangeSet, rangeSet } from '../../../core/store/range-set.ts';
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
  /** hash of everything up to the end of each piece, as far as it is known; that of a last, shorter one is the hash of the file */
  readonly pieces?: readonly string[] | undefined;
  /** default: 64 MiB */
  readonly pieceBytes?: number | undefined;
  /** true after the writer closed the file: nothing writes to it any more */
  readonly closed: boolean;
}

const journalSchema: Schema<Journal> = z.object({
  schema: z.literal('rma.part/v1'),
  etag: z.nullable(z.string()),
  urlHost: z.string(),
  bytes: wholeNumber(0),
  ranges: z.array(z.tuple([wholeNumber(0), wholeNumber(0)])),
  pieces: z.optional(z.array(z.string())),
  pieceBytes: z.optional(wholeNumber(1)),
  closed: z.boolean(),
});

/** Returns the path of the journal of a part. */
export function journalPath(part: string): string {
  return `${part}.json`;
}

/** Reads the journal of a part; null if it is missing or invalid. */
export async function readJournal(disk: Disk, part: string): Promise<Journal | null> {
  const journal = await readJson(disk, journalPath(part), journalSchema);
  const isSound = journal?.ranges.every(([start, end]) => start < end && end <= journal.bytes) ?? false;
  return isSound ? journal : null;
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

/** Returns the synced ranges of a part. */
export function durableRanges(journal: Journal): RangeSet {
  return rangeSet(journal.ranges);
}
