import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { PIECE_BYTES } from '../../core/store/pieces.ts';
import { leastBytes, type RepairTask, taskBytes } from '../../core/verify/repair-tasks.ts';
import type { ModelLease, StagedFile } from '../../ports/model-store.ts';
import type { FetchFix, Replacement, StoreVerifier } from '../../ports/store-verifier.ts';
import { byContent, fetchContents } from './fetch-contents.ts';
import type { FetchOptions } from './fetch-options.ts';
import type { FetchResult } from './fetch-result.ts';
import { HostSlots } from './host-slots.ts';
import { ProgressMeter } from './progress-meter.ts';
import { claimRoom, waitForRoomText } from './room.ts';

export interface RepairOptions extends Omit<FetchOptions, 'uses'> {
  readonly verifier: Pick<StoreVerifier, 'replace' | 'restore' | 'reuse'>;
}

/** Connections of a repair: few files are wrong. */
const CONNECTIONS = 32;

/**
 * Repairs one model after the other: fetches the wrong contents, then replaces them. Returns one result per task; a failure
 * does not stop the others. Rejects only if aborted.
 */
export async function repairModels(
  tasks: readonly RepairTask[],
  options: RepairOptions,
): Promise<readonly FetchResult[]> {
  if (tasks.length > 0) await options.store.prepare();
  const results: FetchResult[] = [];
  for (const task of tasks) {
    results.push(await repairModel(task, options));
    options.signal.throwIfAborted();
  }
  return results;
}

async function repairModel(task: RepairTask, options: RepairOptions): Promise<FetchResult> {
  const { clock, onProgress } = options;
  const ref = task.reference;
  const totalBytes = taskBytes(task);
  const meter = new ProgressMeter({ ref, totalBytes, monotonic: () => clock.monotonic(), onProgress });
  try {
    if (task.model !== null) await fetchWrong(task, { model: task.model, meter, options });
    for (const { problem, fix } of task.repairs)
      if (fix.kind === 'record') await options.verifier.restore(problem, fix.text);
    meter.present(totalBytes);
    meter.enter('present');
    return { ref, state: 'present', fetchedBytes: meter.fetchedBytes };
  } catch (error) {
    meter.fail(error);
    return { ref, state: 'failed', fetchedBytes: meter.fetchedBytes, error };
  }
}

interface Fetching {
  readonly model: PinnedModel;
  readonly meter: ProgressMeter;
  readonly options: RepairOptions;
}

/** Fetches what is not in place, under the lease of the model, then replaces it. */
async function fetchWrong({ repairs }: RepairTask, { model, meter, options }: Fetching): Promise<void> {
  const { store, signal } = options;
  const lease = await store.lease(
    model,
    (holder) => meter.enter('waiting', `being downloaded by ${holder.host}`),
    signal,
  );
  try {
    const stop = AbortSignal.any([signal, lease.lost]);
    const fixes = repairs.flatMap(({ problem, fix }) => (fix.kind === 'fetch' ? [{ problem, fix }] : []));
    const absent = fixes.filter(({ fix }) => !fix.inPlace);
    const contents = byContent(absent.map(({ fix: { file } }) => file));
    const rewritten = new Map<PinnedFile, number>();
    const shared = {
      ...options,
      slots: new HostSlots(CONNECTIONS),
      down: new Set<string>(),
      reached: new Set<string>(),
    };
    for (const { problem, fix } of absent) {
      const isShared = await reusePieces(fix, { model, lease, meter, options, signal: stop });
      if (isShared) rewritten.set(fix.file, leastBytes(problem, fix.file));
    }
    const staged = await fetchContents(model, contents, { shared, meter, lease, rewritten, signal: stop });
    meter.enter('verifying');
    stop.throwIfAborted();
    await lease.confirm();
    const places = new Map(
      [...contents].flatMap(([key, { files }]) =>
        files.map((file) => [file, staged.get(key) ?? null] as const),
      ),
    );
    await options.verifier.replace(fixes.map((each) => replacement(each, places)));
  } finally {
    await lease.release();
  }
}

interface Reuse {
  readonly model: PinnedModel;
  readonly lease: ModelLease;
  readonly meter: ProgressMeter;
  readonly options: RepairOptions;
  readonly signal: AbortSignal;
}

/**
 * Copies corrupt content to the staging area, if its wrong pieces are known. An interrupted repair
 * has done so. Returns whether the copy shares its blocks with the corrupt file: what is written to it takes space.
 */
async function reusePieces(
  fix: FetchFix,
  { model, lease, meter, options: { store, verifier }, signal }: Reuse,
): Promise<boolean> {
  const slot = await store.stage(model, fix.file);
  if (slot.durableBytes > 0) return false;
  let left = fix.file.bytes;
  let isCopied = false;
  const onCopy = async () => {
    isCopied = true;
    await claimRoom({
      store,
      model,
      lease,
      remaining: () => left,
      onWait: (holder) => meter.enter('waiting', waitForRoomText(holder)),
      signal,
    });
  };
  if (fix.file.bytes > PIECE_BYTES) meter.enter('checking');
  const isReused = await verifier.reuse(fix, slot, { signal, onCopy });
  left = 0;
  return isReused && !isCopied;
}

function replacement(
  { problem, fix }: Omit<Replacement, 'staged'> & { readonly fix: FetchFix },
  places: ReadonlyMap<PinnedFile, StagedFile | null>,
): Replacement {
  const staged = places.get(fix.file) ?? null;
  if (staged === null && !fix.inPlace) throw new Error(`${fix.place} was not fetched`);
  return { problem, fix, staged };
}
