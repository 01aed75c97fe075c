import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { type MissingModel, offlineMissing } from '../../core/source/offline-missing.ts';
import type { LeaseHolder, ModelCheck, StagedFile } from '../../ports/model-store.ts';
import { byContent, type Content, fetchContents } from './fetch-contents.ts';
import type { SharedFetch } from './fetch-options.ts';
import type { FetchResult } from './fetch-result.ts';
import { ProgressMeter } from './progress-meter.ts';

/** Downloads one model to the store. Never rejects: a fault is a result. */
export async function fetchModel(
  model: PinnedModel,
  check: ModelCheck,
  shared: SharedFetch,
): Promise<FetchResult> {
  const { clock, onProgress } = shared;
  const { ref } = model;
  const meter = new ProgressMeter({
    ref,
    totalBytes: check.totalBytes,
    monotonic: () => clock.monotonic(),
    onProgress,
  });
  try {
    if (check.state !== 'present') await bringModel(model, meter, shared);
    else await shared.store.remember(model);
    meter.present(check.totalBytes);
    meter.enter('present');
    return { ref, state: 'present', fetchedBytes: meter.fetchedBytes };
  } catch (error) {
    meter.fail(error);
    return { ref, state: 'failed', fetchedBytes: meter.fetchedBytes, error };
  }
}

/** Acquires the lease, checks again (another process may be done), downloads missing files, publishes, releases the lease. */
async function bringModel(model: PinnedModel, meter: ProgressMeter, shared: SharedFetch): Promise<void> {
  const { store, signal } = shared;
  const lease = await store.lease(model, (holder) => showHolder(meter, holder), signal);
  try {
    const first = await store.check(model);
    if (first.state === 'present') return;
    const onWait = (holder: LeaseHolder) => showHolder(meter, holder);
    const hasWaited = await lease.holdContents(first.missing, onWait, signal);
    const check = hasWaited ? await store.check(model) : first;
    const stop = AbortSignal.any([signal, lease.lost]);
    const missing = await adopt({ model, check, meter, store, signal: stop });
    const { offline = false, peers = [] } = shared;
    if (offline && peers.length === 0 && missing.length > 0) throw offlineMissing([lackOf(model, missing)]);
    const contents = byContent(missing);
    const staged = await fetchContents(model, contents, {
      shared,
      meter,
      lease,
      signal: stop,
    });
    meter.enter('verifying');
    stop.throwIfAborted();
    await lease.confirm();
    await store.publish(model, stagedFiles(contents, staged));
  } finally {
    await lease.release();
  }
}

interface Adoption extends Pick<SharedFetch, 'store' | 'signal'> {
  readonly model: PinnedModel;
  readonly check: ModelCheck;
  readonly meter: ProgressMeter;
}

async function adopt({ model, check, meter, store, signal }: Adoption): Promise<readonly PinnedFile[]> {
  const inPlace = check.totalBytes - check.missingBytes;
  meter.enter('checking');
  meter.present(inPlace);
  let hashed = 0;
  const missing = await store.adopt(
    model,
    (bytes) => {
      hashed += bytes;
      meter.present(inPlace + hashed);
    },
    signal,
  );
  const wanted = [...byContent(missing).values()].reduce((sum, { bytes }) => sum + bytes, 0);
  meter.present(check.totalBytes - wanted);
  return missing;
}

function lackOf({ ref }: PinnedModel, missing: readonly PinnedFile[]): MissingModel {
  return { ref, files: missing.map(({ path }) => path) };
}

function stagedFiles(
  contents: ReadonlyMap<string, Content>,
  staged: ReadonlyMap<string, StagedFile>,
): ReadonlyMap<PinnedFile, StagedFile> {
  const files = new Map<PinnedFile, StagedFile>();
  for (const [key, content] of contents) {
    const place = staged.get(key);
    if (place !== undefined) for (const file of content.files) files.set(file, place);
  }
  return files;
}

function showHolder(meter: ProgressMeter, holder: LeaseHolder): void {
  meter.present(Math.min(holder.doneBytes, meter.totalBytes));
  meter.enter('waiting', `being downloaded by ${holder.host}`);
}
