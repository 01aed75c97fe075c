import type { Digest } from '../../../core/domain/pinned-model.ts';
import type { Problem } from '../../../core/domain/verification.ts';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import type { ContentCheck } from '../../../core/verify/plan-checks.ts';
import { type Disk, errnoOf } from '../disk/disk.ts';
import { hashFile } from '../disk/hash-file.ts';
import type { StoreGuard } from '../disk/store-guard.ts';
import { structureFault } from '../disk/structure-fault.ts';
import type { VerifyJournal } from './verify-journal.ts';

export type Outcome = 'correct' | 'unread' | 'without-hash' | Problem;

export interface ContentContext {
  readonly disk: Disk;
  readonly guard: StoreGuard;
  readonly paths: StorePaths;
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

/** Judges a content without reading more than its header. */
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

/** Judges a content by its hash, or by its header if no hash is known. */
export async function deepCheck(
  context: ContentContext,
  check: ContentCheck,
  reading: Reading,
): Promise<Outcome> {
  if (check.expected.length === 0) return quickCheck(context, { ...check, isVerified: false });
  return readable(check, async () => {
    const algorithms = new Set(check.expected.map(({ digest }) => digest.algorithm));
    const seen: Digest[] = [];
    for (const algorithm of algorithms) {
      const hex = await hashOf(context, { check, algorithm }, reading);
      if (hex === null) return 'unread';
      if (check.expected.some(({ digest }) => digest.hex === hex)) return 'correct';
      seen.push({ algorithm, hex });
    }
    return problem(check, 'content', contentText(check, seen));
  });
}

/** Returns the hash of a content; null if the file changed while it was read. */
export async function hashOf(
  { disk, guard, paths }: ContentContext,
  {
    check,
    algorithm,
  }: { readonly check: Pick<ContentCheck, 'place'>; readonly algorithm: Digest['algorithm'] },
  { journal, signal, onBytes, onResumed }: Reading,
): Promise<string | null> {
  const path = placeInStore(paths, check.place);
  const before = stateOf(guard, path);
  if (before === null) return null;
  const known = journal.find(check.place, algorithm, before.text);
  if (known !== null) {
    onResumed(before.bytes);
    return known;
  }
  const expected = { bytes: before.bytes, algorithm };
  const hex = await hashFile(disk, guard.realpath(path) ?? path, { expected, onBytes, signal });
  if (hex === null || stateOf(guard, path)?.text !== before.text) return null;
  await journal.add({ place: check.place, algorithm, hex, state: before.text });
  return hex;
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
    return { ...problem(check, 'unreadable', `cannot be read (${code})`), fix: null };
  }
}

function problem({ place, reference, fix }: ContentCheck, kind: Problem['kind'], text: string): Problem {
  return { path: place, kind, text, reference, fix };
}

function contentText({ bytes, expected: [wanted] }: ContentCheck, [seen]: readonly Digest[]): string {
  if (bytes === 0) return 'is empty';
  const name = wanted?.digest.algorithm === 'git-sha1' ? 'git hash' : 'sha256';
  return `${name} mismatch: expected ${wanted?.digest.hex.slice(0, 12)}, found ${seen?.hex.slice(0, 12)}`;
}
