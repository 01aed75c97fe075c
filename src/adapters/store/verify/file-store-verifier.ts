import { join } from 'node:path';
import type { Problem, Verification } from '../../../core/domain/verification.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { StoreSnapshot } from '../../../core/verify/model-facts.ts';
import { type ContentCheck, planChecks } from '../../../core/verify/plan-checks.ts';
import { summarize } from '../../../core/verify/summarize.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import type {
  FetchFix,
  Replacement,
  ReuseWork,
  StoreVerifier,
  VerifyRequest,
} from '../../../ports/store-verifier.ts';
import { type Disk, realDisk } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { guardedDisk } from '../disk/guarded-disk.ts';
import { guardOf, type StoreGuard } from '../disk/store-guard.ts';
import { PieceRecords } from '../records/piece-records.ts';
import { deepCheck, hashOf, type Outcome, quickCheck, type Reading } from './check-content.ts';
import { readStore } from './read-store.ts';
import { ReadingPace } from './reading-pace.ts';
import { refreshReceipts } from './refresh-receipts.ts';
import { replaceContents, restoreRecord } from './replace.ts';
import { reusePieces } from './reuse-pieces.ts';
import { VerifyJournal } from './verify-journal.ts';

export interface VerifierOptions {
  readonly paths: StorePaths;
  readonly clock: Clock;
  readonly disk?: Disk;
  /** of new records of pieces; default: 64 MiB */
  readonly pieceBytes?: number;
}

/** Checks and repairs a store on the file systems of this machine. */
export class FileStoreVerifier implements StoreVerifier {
  readonly #paths: StorePaths;
  readonly #clock: Clock;
  readonly #disk: Disk;
  readonly #guard: StoreGuard;
  readonly #pieces: PieceRecords;
  readonly #pieceBytes: number | undefined;

  constructor({ paths, clock, disk = realDisk, pieceBytes }: VerifierOptions) {
    this.#paths = paths;
    this.#clock = clock;
    this.#guard = guardOf(paths);
    this.#disk = guardedDisk(disk, this.#guard);
    this.#pieces = new PieceRecords({ disk: this.#disk, state: paths.state });
    this.#pieceBytes = pieceBytes;
  }

  async verify(request: VerifyRequest): Promise<Verification> {
    const context = this.#context();
    return onDisk(this.#paths.root, async () => {
      const seen = await readStore(context, request.names);
      const plan = planChecks(seen.store);
      const outcomes = new Map<string, Outcome>();
      const pace = this.#pace(plan.contents, request);
      const reading = request.deep ? await this.#reading(seen.store, pace, request) : null;
      const problems = [...seen.problems];
      for (const problem of plan.problems) problems.push(await this.#confirmed(problem, reading));
      const byInode = new Map<string, Outcome>();
      for (const check of plan.contents) {
        request.signal.throwIfAborted();
        const outcome =
          reading === null ? await quickCheck(context, check) : await this.#deep(check, byInode, reading);
        outcomes.set(check.place, outcome);
        if (typeof outcome !== 'string') problems.push(outcome);
      }
      await reading?.journal.complete(request.names.length === 0 ? null : [...outcomes.keys()]);
      const placesOf = (wanted: Outcome) =>
        new Set([...outcomes].filter(([, outcome]) => outcome === wanted).map(([place]) => place));
      return summarize({
        models: seen.store.models,
        problems,
        unread: placesOf('unread'),
        withoutHash: placesOf('without-hash'),
        hashedBytes: pace.readBytes,
        resumedBytes: pace.resumedBytes,
      });
    });
  }

  async replace(replacements: readonly Replacement[]): Promise<void> {
    await onDisk(this.#paths.root, async () => {
      await replaceContents(this.#changes(), replacements);
      const staged = replacements.flatMap((each) =>
        each.staged === null ? [] : [[each.fix.file, each.staged] as const],
      );
      await this.#pieces.keepStaged(new Map(staged));
    });
  }

  async reuse(fix: FetchFix, slot: StagingSlot, work: ReuseWork): Promise<boolean> {
    return onDisk(this.#paths.root, () => reusePieces(this.#context(), { ...work, fix, slot }));
  }

  async restore(problem: Problem, text: string | null): Promise<void> {
    await onDisk(this.#paths.root, () => restoreRecord(this.#changes(), problem, text));
  }

  /** Hashes a content, one with several names once; brings its receipts up to date if it is correct. */
  async #deep(check: ContentCheck, byInode: Map<string, Outcome>, reading: Reading): Promise<Outcome> {
    const key = `${check.inode} ${check.expected.map(({ digest }) => digest.hex).join()}`;
    const known = byInode.get(key);
    const same =
      known === undefined || typeof known === 'string'
        ? known
        : { ...known, path: check.place, fix: check.fix };
    const outcome = same ?? (await deepCheck(this.#context(), check, reading));
    byInode.set(key, outcome);
    if (outcome === 'correct' && reading.writes && !check.isVerified)
      await refreshReceipts(this.#changes(), check);
    return outcome;
  }

  /** Returns a problem of a link with its content checked: it needs no download if that is right. */
  async #confirmed(problem: Problem, reading: Reading | null): Promise<Problem> {
    const { fix } = problem;
    if (reading === null || fix?.kind !== 'fetch' || !fix.inPlace || fix.file.digest === null) return problem;
    const { algorithm, hex } = fix.file.digest;
    const seen = await hashOf(this.#context(), { place: fix.place, algorithm, may: [hex] }, reading);
    return seen?.hex === hex ? problem : { ...problem, fix: { ...fix, inPlace: false } };
  }

  #pace(
    contents: readonly ContentCheck[],
    { deep, maxRate, onProgress, signal }: VerifyRequest,
  ): ReadingPace {
    const hashed = deep ? contents.filter(({ expected }) => expected.length > 0) : [];
    const sizes = new Map(hashed.map(({ inode, bytes }) => [inode, bytes]));
    const totalBytes = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    return new ReadingPace({ clock: this.#clock, totalBytes, maxRate, onProgress, signal });
  }

  async #reading(
    { models }: StoreSnapshot,
    pace: ReadingPace,
    { reuse, writes, signal }: VerifyRequest,
  ): Promise<Reading> {
    const { state } = this.#paths;
    const journal = await VerifyJournal.open(
      {
        disk: this.#disk,
        path: join(state, 'verify.jsonl'),
        staging: join(state, 'staging'),
        now: () => this.#clock.now(),
      },
      // an empty or missing store gets no directory
      { reuse, isKept: writes && models.length > 0 },
    );
    return {
      journal,
      writes,
      signal,
      onBytes: (bytes) => pace.took(bytes),
      onResumed: (bytes) => pace.resumed(bytes),
    };
  }

  #context() {
    return {
      disk: this.#disk,
      guard: this.#guard,
      paths: this.#paths,
      pieces: this.#pieces,
      pieceBytes: this.#pieceBytes,
    };
  }

  #changes() {
    return { ...this.#context(), now: () => this.#clock.now() };
  }
}
