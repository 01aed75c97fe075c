import type { Digest } from '../../../core/domain/pinned-model.ts';
import type { Problem } from '../../../core/domain/verification.ts';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import {
  type FoundPieces,
  PIECE_BYTES,
  type PieceHashes,
  pieceCount,
  piecesIn,
  wrongPieces,
} from '../../../core/store/pieces.ts';
import type { Range } from '../../../core/store/range-set.ts';
import type { ContentCheck } from '../../../core/verify/plan-checks.ts';
import { type Disk, errnoOf } from '../disk/disk.ts';
import { hashFile } from '../disk/hash-file.ts';
import type { StoreGuard } from '../disk/store-guard.ts';
import { structureFault } from '../disk/structure-fault.ts';
import type { PieceRecords } from '../records/piece-records.ts';
import { PieceReader } from './piece-reader.ts';
import type { VerifyJournal } from './verify-journal.ts';

export type Outcome = 'correct' | 'unread' | 'without-hash' | Problem;

export interface ContentContext {
  readonly disk: Disk;
  readonly guard: StoreGuard;
  readonly paths: StorePaths;
  readonly pieces: PieceRecords;
  /** of new records; default: 64 MiB */
  readonly pieceBytes?: number | undefined;
}

/** How content is read. */
export interface Reading {
  readonly journal: VerifyJournal;
  /** false: nothing in the store is changed */
  readonly writes: boolean;
  readonly signal: AbortSignal;
  /** receives the bytes that were hashed; the next step waits for its promise */
  readonly onBytes: (bytes: number) => Promise<void>;
  /** receives the bytes that need not be read again */
  readonly onResumed: (bytes: number) => void;
}

/** Errors of a file that cannot be read, while others can. */
const UNREADABLE = ['EACCES', 'EPERM', 'EIO', 'ENXIO', 'ESTALE'];

/** Checks content without reading more than its header. */
export async function quickCheck(context: ContentContext, check: ContentCheck): Promise<Outcome> {
  if (check.isVerified) return 'correct';
  return readable(check, async () => {
    const { disk, guard, paths } = context;
    const path = placeInStore(paths, check.place);
    const why = await structureFault(disk, { ...check, path: guard.realpath(path) ?? path });
    if (why !== null) return problem(check, 'structure', `is broken: ${why}`);
    return check.expected.length === 0 ? 'without-hash' : 'unread';
  });
}

/** Checks content by its hash, or by its structure if no hash is known. */
export async function deepCheck(
  context: ContentContext,
  check: ContentCheck,
  reading: Reading,
): Promise<Outcome> {
  if (check.expected.length === 0) return quickCheck(context, { ...check, isVerified: false });
  return readable(check, async () => {
    const algorithms = new Set(check.expected.map(({ digest }) => digest.algorithm));
    const found: Found[] = [];
    for (const algorithm of algorithms) {
      const may = check.expected.flatMap(({ digest }) =>
        digest.algorithm === algorithm ? [digest.hex] : [],
      );
      const seen = await hashOf(context, { place: check.place, algorithm, may }, reading);
      if (seen === null) return 'unread';
      if (may.includes(seen.hex)) return 'correct';
      found.push({ algorithm, ...seen });
    }
    return wrongContent(check, found);
  });
}

/** What to hash, and the hashes that it may have. */
export interface HashJob {
  readonly place: string;
  readonly algorithm: Digest['algorithm'];
  readonly may: readonly string[];
}

interface Hashed {
  readonly hex: string;
  /** first piece that is not as recorded */
  readonly wrong?: Range | undefined;
  /** all of them, if what follows the first one can be compared */
  readonly allWrong?: readonly Range[] | undefined;
}

type Found = Hashed & Pick<Digest, 'algorithm'>;

/** Returns the hash of content; null if the file changed while it was read. Records the hashes of its pieces if it is right. */
export async function hashOf(
  context: ContentContext,
  job: HashJob,
  reading: Reading,
): Promise<Hashed | null> {
  const { guard, paths } = context;
  const { place, algorithm } = job;
  const path = placeInStore(paths, place);
  const before = stateOf(guard, path);
  if (before === null) return null;
  const known = reading.journal.find(place, algorithm, before.text);
  if (known !== null) {
    reading.onResumed(before.bytes);
    return known;
  }
  const hashed = await hashPieces(context, { ...job, path, bytes: before.bytes }, reading);
  if (hashed === null || stateOf(guard, path)?.text !== before.text) return null;
  await reading.journal.add({ place, algorithm, ...hashed, state: before.text });
  return hashed;
}

async function hashPieces(
  { disk, guard, pieces, pieceBytes: own = PIECE_BYTES }: ContentContext,
  { path, bytes, algorithm, may }: HashJob & { readonly path: string; readonly bytes: number },
  { writes, signal, onBytes }: Reading,
): Promise<Hashed | null> {
  const [first] = may;
  const isLarge = algorithm === 'sha256' && pieceCount(bytes, own) > 0;
  const recorded = isLarge && first !== undefined ? await pieces.read(first, bytes) : null;
  const pieceBytes = recorded?.pieceBytes ?? own;
  const reader = new PieceReader(recorded);
  const onPart = (part: Uint8Array) => reader.part(part);
  const onPiece = (hash: string) => reader.piece(hash);
  const hex = await hashFile(disk, guard.realpath(path) ?? path, {
    expected: { bytes, algorithm },
    onBytes,
    signal,
    ...(isLarge && { pieces: { bytes: pieceBytes, onPart, onPiece } }),
  });
  if (hex === null) return null;
  const found = reader.found();
  if (!may.includes(hex)) {
    if (recorded === null) return { hex };
    const { first: wrong, all } = wrongPieces(bytes, recorded, found);
    return { hex, wrong, ...(all !== null && { allWrong: all }) };
  }
  if (isLarge && writes && recorded?.checksums === undefined)
    await pieces.keep({ hex, bytes, pieces: recordOf(found, bytes, pieceBytes) });
  return { hex };
}

function recordOf({ hashes, checksums }: FoundPieces, bytes: number, pieceBytes: number): PieceHashes {
  const numbers = Array.from(
    { length: piecesIn(bytes, pieceBytes) },
    (_, piece) => checksums.get(piece) ?? 0,
  );
  return { pieceBytes, hashes: hashes.slice(0, pieceCount(bytes, pieceBytes)), checksums: numbers };
}

/** Returns a text that changes with the file, and its size; null if there is none. */
function stateOf(guard: StoreGuard, path: string): { readonly text: string; readonly bytes: number } | null {
  const stats = guard.fileStats(path);
  if (stats === null) return null;
  const { size, mtimeNs, ctimeNs, dev, ino } = stats;
  return { text: [size, mtimeNs, ctimeNs, dev, ino].join(':'), bytes: Number(size) };
}

async function readable(check: ContentCheck, step: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await step();
  } catch (error) {
    const code = errnoOf(error) ?? '';
    if (!UNREADABLE.includes(code)) throw error;
    const found = problem(check, 'unreadable', `cannot be read (${code})`);
    // a bad sector stays, while rights and a network can be restored
    return code === 'EIO' ? found : { ...found, fix: null };
  }
}

function problem({ place, reference, fix }: ContentCheck, kind: Problem['kind'], text: string): Problem {
  return { path: place, kind, text, reference, fix };
}

function wrongContent(check: ContentCheck, [found]: readonly Found[]): Problem {
  if (check.bytes === 0 || found === undefined) return problem(check, 'content', 'is empty');
  const { algorithm, hex, wrong, allWrong } = found;
  const name = algorithm === 'git-sha1' ? 'git hash' : algorithm;
  const [wanted] = check.expected;
  const text = `${name} mismatch: expected ${wanted?.digest.hex.slice(0, 12)}, found ${hex.slice(0, 12)}`;
  if (wrong === undefined) return problem(check, 'content', text);
  const place =
    allWrong === undefined ? `first wrong piece: ${rangesText([wrong])}` : `wrong ${rangesText(allWrong)}`;
  const wrongPlaces = { wrongPiece: wrong, ...(allWrong !== undefined && { wrongPieces: allWrong }) };
  return { ...problem(check, 'content', `${text}, ${place}`), ...wrongPlaces };
}

/** Ranges that the text of a problem lists. */
const LISTED_RANGES = 3;

function rangesText(ranges: readonly Range[]): string {
  const listed = ranges.slice(0, LISTED_RANGES).map(([start, end]) => `${start} to ${end - 1}`);
  const more = ranges.length - listed.length;
  return `bytes ${listed.join(', ')}${more === 0 ? '' : ` and ${more} more ${more === 1 ? 'range' : 'ranges'}`}`;
}
