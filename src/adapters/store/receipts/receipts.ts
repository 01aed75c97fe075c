import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { DIGEST_ALGORITHMS, type Digest, type PinnedFile } from '../../../core/domain/pinned-model.ts';
import { isObject } from '../../../core/schema/issue.ts';
import { jsonOrNull, type Schema } from '../../../core/schema/parse.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { readJson } from '../disk/files.ts';
import { everywhere, type StoreGuard } from '../disk/store-guard.ts';

/** A verified file and its size and mtime at that time. */
export interface ReceiptFile {
  readonly bytes: number;
  readonly digest: Digest;
  /** nanoseconds as decimal text: JSON numbers cannot hold them */
  readonly mtimeNs: string;
  /** RFC 3339, UTC */
  readonly verifiedAt: string;
  /** not written by rma: never removed when its revision no longer has it */
  readonly foreign?: true;
}

/** Record of complete and verified files: one per snapshot of a repository, one per flat file. */
export interface Receipt {
  readonly schema: 'rma.receipt/v1';
  /** `hf:org/name@commit`, or the URL */
  readonly from: string;
  readonly files: Readonly<Record<string, ReceiptFile>>;
}

/** File name suffix of receipts. */
export const RECEIPT_SUFFIX = '.json';
/** File name suffix of pending receipts, whose files are being placed. */
export const PENDING_SUFFIX = '.pending';
const SECOND_NS = 1_000_000_000n;

const receiptSchema: Schema<Receipt> = z.object({
  schema: z.literal('rma.receipt/v1'),
  from: z.string(),
  // by hand: a check reads the entries of thousands of files. Keys of a newer version stay when this version writes them again
  files: z.custom<Receipt['files']>((value) => isObject(value) && Object.values(value).every(isEntry)),
});

function isEntry(value: unknown): value is ReceiptFile {
  if (!isObject(value)) return false;
  const { bytes, digest, mtimeNs, verifiedAt, foreign } = value;
  return (
    Number.isFinite(bytes) &&
    typeof mtimeNs === 'string' &&
    typeof verifiedAt === 'string' &&
    (foreign === undefined || foreign === true) &&
    isObject(digest) &&
    DIGEST_ALGORITHMS.some((known) => known === digest['algorithm']) &&
    typeof digest['hex'] === 'string'
  );
}

/** Reads a receipt synchronously, like the stats of a check: several times faster than promises. */
export function readReceiptSync(path: string, guard: StoreGuard = everywhere): Receipt | null {
  const text = guard.readText(path);
  return text === null ? null : jsonOrNull(receiptSchema, text);
}

/** Reads all receipts in a directory; broken ones are skipped. */
export async function readReceipts(disk: Disk, dir: string): Promise<readonly Receipt[]> {
  const paths = await receiptPaths(disk, dir, RECEIPT_SUFFIX);
  const receipts = await Promise.all(paths.map((path) => readJson(disk, path, receiptSchema)));
  return receipts.filter((receipt) => receipt !== null);
}

/** Returns the paths of the receipts in a directory, final or pending. */
export async function receiptPaths(
  disk: Disk,
  dir: string,
  suffix: typeof RECEIPT_SUFFIX | typeof PENDING_SUFFIX,
): Promise<readonly string[]> {
  const names = (await unless(NO_RECORD, disk.readdir(dir))) ?? [];
  return names.filter((name) => name.endsWith(suffix)).map((name) => join(dir, name));
}

/** Returns the stats of a regular file, links within the store followed; null if there is none. */
export function statFile(path: string, guard: StoreGuard = everywhere): BigIntStats | null {
  return guard.fileStats(path);
}

/** Returns the entry of a file. Any name is possible, also that of a property that every object has, such as `constructor`. */
export function entryOf(files: Receipt['files'] | undefined, path: string): ReceiptFile | undefined {
  return files !== undefined && Object.hasOwn(files, path) ? files[path] : undefined;
}

/** Returns whether size and mtime of a file are unchanged since it was verified. A copy may keep only whole seconds of it. */
export function isUnchanged(stats: BigIntStats | null, entry: ReceiptFile): boolean {
  return (
    stats !== null &&
    stats.size === BigInt(entry.bytes) &&
    (String(stats.mtimeNs) === entry.mtimeNs || isWholeSecondOf(stats.mtimeNs, entry.mtimeNs))
  );
}

/** Layers of images and many archives round down to seconds. A write gets such a time once in a billion. */
function isWholeSecondOf(mtimeNs: bigint, verified: string): boolean {
  return /^\d+$/.test(verified) && mtimeNs === BigInt(verified) - (BigInt(verified) % SECOND_NS);
}

/** Returns whether a receipt is for the requested content. A file without a published hash is trusted on first download. */
export function isSameContent(file: PinnedFile, entry: ReceiptFile | undefined): entry is ReceiptFile {
  if (entry === undefined || entry.bytes !== file.bytes) return false;
  return (
    file.digest === null ||
    (file.digest.algorithm === entry.digest.algorithm && file.digest.hex === entry.digest.hex)
  );
}

/** Returns whether a file on disk has the requested content, by the entry of its receipt. */
export function isIntact(
  file: PinnedFile,
  stats: BigIntStats | null,
  entry: ReceiptFile | undefined,
): entry is ReceiptFile {
  return isSameContent(file, entry) && isUnchanged(stats, entry);
}

/** Returns the files that a receipt has verified. */
export function verifiedFiles({ files }: Receipt): readonly PinnedFile[] {
  return Object.entries(files).map(([path, { bytes, digest }]) => ({ path, bytes, digest }));
}

/** Returns the entry of a file that was just verified. */
export function receiptEntry(stats: BigIntStats, digest: Digest, now: number): ReceiptFile {
  return {
    bytes: Number(stats.size),
    digest,
    mtimeNs: String(stats.mtimeNs),
    verifiedAt: new Date(now).toISOString(),
  };
}
