import { constants } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod/mini';
import { DIGEST_ALGORITHMS, type Digest } from '../../../core/domain/pinned-model.ts';
import { jsonOrNull, type Schema } from '../../../core/schema/parse.ts';
import type { Range } from '../../../core/store/range-set.ts';
import { type Disk, errnoOf, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, FILE_MODE, writeQuick } from '../disk/files.ts';

/** Content whose hash was computed, and its state before and after that. */
export interface HashedContent {
  readonly place: string;
  readonly algorithm: Digest['algorithm'];
  readonly hex: string;
  /** size, times of modification and of the last change of the inode, and inode: any change of the file changes it */
  readonly state: string;
  /** first piece of a wrong content that is not as recorded, [start, end) */
  readonly wrong?: Range | undefined;
  /** all such pieces, if they are known */
  readonly allWrong?: readonly Range[] | undefined;
  /** wall clock, ms */
  readonly at: number;
}

const range = z.tuple([z.number(), z.number()]);
const hashed: Schema<HashedContent> = z.object({
  place: z.string(),
  algorithm: z.enum(DIGEST_ALGORITHMS),
  hex: z.string(),
  state: z.string(),
  wrong: z.optional(range),
  allWrong: z.optional(z.array(range)),
  at: z.number(),
});
/** A run that reached its end: nothing of it is left to continue. */
const completed = z.object({ completed: z.nullable(z.array(z.string())) });

const DAY_MS = 24 * 60 * 60_000;
/** Longest time for which an interrupted run can be continued. */
const RESUME_MS = 7 * DAY_MS;
/** Codes of a store that cannot be written to: the verification then keeps nothing. */
const READ_ONLY = ['EROFS', 'EACCES', 'EPERM', 'ENOSPC', 'EDQUOT', ...NO_RECORD];

export interface JournalContext {
  readonly disk: Disk;
  readonly path: string;
  /** directory for temporary files */
  readonly staging: string;
  /** wall clock, ms */
  readonly now: () => number;
}

/** The files that verifications have hashed, one JSON line each, so that an interrupted one can be continued. */
export class VerifyJournal {
  readonly #context: JournalContext;
  readonly #entries: ReadonlyMap<string, HashedContent>;
  #isWritable: boolean;

  private constructor(
    context: JournalContext,
    entries: ReadonlyMap<string, HashedContent>,
    isWritable: boolean,
  ) {
    this.#context = context;
    this.#entries = entries;
    this.#isWritable = isWritable;
  }

  /** Opens the journal. `reuse`: with the entries of the last day, else with those of interrupted runs only. `isKept` false: writes nothing. */
  static async open(
    context: JournalContext,
    { reuse, isKept }: { readonly reuse: boolean; readonly isKept: boolean },
  ): Promise<VerifyJournal> {
    const { disk, path, staging, now } = context;
    const lines = ((await unless(NO_RECORD, disk.readText(path))) ?? '').split('\n');
    const kept = reuse ? recent(lines, now() - DAY_MS) : interrupted(lines, now() - RESUME_MS);
    const text = [...kept.values()].map((entry) => `${JSON.stringify(entry)}\n`).join('');
    const write = async () => {
      await ensureDir(disk, dirname(path));
      await ensureDir(disk, staging);
      await writeQuick(disk, { path, staging, text });
      return true;
    };
    return new VerifyJournal(context, kept, isKept && (await unless(READ_ONLY, write())) === true);
  }

  /** Returns the entry of content, if there is one and the file is unchanged since. */
  find(place: string, algorithm: HashedContent['algorithm'], state: string): HashedContent | null {
    const entry = this.#entries.get(keyOf({ place, algorithm }));
    return entry?.state === state ? entry : null;
  }

  async add(entry: Omit<HashedContent, 'at'>): Promise<void> {
    await this.#append({ ...entry, at: this.#context.now() });
  }

  /** Records that a run has reached its end. `places`: what it checked; null: the whole store */
  async complete(places: readonly string[] | null): Promise<void> {
    await this.#append({ completed: places });
  }

  /** A line that is lost in a crash costs one more read of the file: it is not synced. */
  async #append(line: object): Promise<void> {
    if (!this.#isWritable) return;
    const { disk, path } = this.#context;
    try {
      const handle = await disk.open(path, constants.O_WRONLY | constants.O_APPEND, FILE_MODE);
      try {
        await handle.writeFile(`${JSON.stringify(line)}\n`);
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!READ_ONLY.includes(errnoOf(error) ?? '')) throw error;
      this.#isWritable = false;
    }
  }
}

function recent(lines: readonly string[], since: number): ReadonlyMap<string, HashedContent> {
  const entries = lines.flatMap((line) => jsonOrNull(hashed, line) ?? []);
  return new Map(entries.filter(({ at }) => at >= since).map((entry) => [keyOf(entry), entry]));
}

function interrupted(lines: readonly string[], since: number): ReadonlyMap<string, HashedContent> {
  const kept = new Map<string, HashedContent>();
  for (const line of lines) {
    const entry = jsonOrNull(hashed, line);
    if (entry !== null && entry.at >= since) kept.set(keyOf(entry), entry);
    const done = entry === null ? jsonOrNull(completed, line) : null;
    if (done?.completed === null) kept.clear();
    const ended = new Set(done?.completed ?? []);
    for (const [key, { place }] of kept) if (ended.has(place)) kept.delete(key);
  }
  return kept;
}

function keyOf({ place, algorithm }: Pick<HashedContent, 'place' | 'algorithm'>): string {
  return `${algorithm}:${place}`;
}
