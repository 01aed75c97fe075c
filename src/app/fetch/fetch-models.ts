import { CONNECTIONS } from '../../core/config/network-settings.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { fetchModel } from './fetch-model.ts';
import type { FetchOptions } from './fetch-options.ts';
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
  const results = await Promise.all(checks.map(({ model, check }) => fetchModel(model, check, shared)));
  signal.throwIfAborted();
  const present = new Set(results.filter(({ state }) => state === 'present').map(({ ref }) => ref));
  await uses.record(
    unique.filter(({ ref }) => present.has(ref)),
    null,
  );
  return results;
}
