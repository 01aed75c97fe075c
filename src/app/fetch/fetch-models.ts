import { CONNECTIONS } from '../../core/config/network-settings.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { type ModelFiles, repeatedBytes, WAIT_BYTES } from '../../core/source/shared-content.ts';
import { unstarted } from '../../core/worker/model-progress.ts';
import type { ModelCheck } from '../../ports/model-store.ts';
import { fetchModel } from './fetch-model.ts';
import type { FetchOptions, SharedFetch } from './fetch-options.ts';
import type { FetchResult } from './fetch-result.ts';
import { HostSlots } from './host-slots.ts';

/**
 * Downloads every model to the store and returns one result per model; a failure does not stop the others. A complete
 * store is not prepared; only the use of its models is recorded. Rejects only if aborted, with the signal's reason.
 */
export async function fetchModels(
  models: readonly PinnedModel[],
  options: FetchOptions,
): Promise<readonly FetchResult[]> {
  const { store, uses, signal, checks: made } = options;
  const unique = [...new Map(models.map((model) => [JSON.stringify(model), model])).values()];
  const checks = await Promise.all(
    unique.map(async (model) => ({ model, check: made?.get(model) ?? (await store.check(model)) })),
  );
  if (checks.some(({ check }) => check.state !== 'present')) await store.prepare();
  const shared = {
    ...options,
    slots: new HostSlots(options.connections ?? CONNECTIONS),
    down: new Set<string>(),
    reached: new Set<string>(),
  };
  const results = await Promise.all(startAll(checks, shared));
  signal.throwIfAborted();
  const present = new Set(results.filter(({ state }) => state === 'present').map(({ ref }) => ref));
  await uses.record(
    unique.filter(({ ref }) => present.has(ref)),
    null,
  );
  return results;
}

/**
 * Starts the download of all models at once, but for those that share content with an earlier one: they begin after it, and
 * find the content in the store.
 */
function startAll(
  checks: readonly { readonly model: PinnedModel; readonly check: ModelCheck }[],
  shared: SharedFetch,
): readonly Promise<FetchResult>[] {
  const started: (ModelFiles & { readonly result: Promise<FetchResult> })[] = [];
  for (const { model, check } of checks) {
    const own = { model, files: check.missing };
    const earlier =
      own.files.length === 0 ? [] : started.filter((each) => repeatedBytes([each, own]) >= WAIT_BYTES);
    const [first] = earlier;
    if (first !== undefined) {
      const note = `for content that ${first.model.ref} has too`;
      shared.onProgress({ ...unstarted(model.ref, check.totalBytes), state: 'waiting', note });
    }
    const ended = Promise.all(earlier.map(({ result }) => result));
    started.push({ ...own, result: ended.then(() => fetchModel(model, check, shared)) });
  }
  return started.map(({ result }) => result);
}
