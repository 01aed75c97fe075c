import type { WorkerConfig } from '../../core/domain/worker-config.ts';
import type { EngineStatus } from '../../core/domain/worker-status.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelUses } from '../../ports/model-uses.ts';

/** Interval at which the use of loaded models is recorded again. */
const INTERVAL_MS = 3_600_000;

export interface UsePhase {
  readonly config: WorkerConfig;
  readonly uses: ModelUses;
  readonly clock: Clock;
}

/**
 * Returns a function that records the use of the models of ready engines: an engine is ready once its models are loaded. It
 * records when an engine becomes ready, and then every hour.
 */
export function createUseRecorder({
  config,
  uses,
  clock,
}: UsePhase): (engines: readonly EngineStatus[]) => Promise<void> {
  /** service → milliseconds of the monotonic clock */
  const recordedAt = new Map<string, number>();
  return async (engines) => {
    const now = clock.monotonic();
    const ready = engines.filter(({ state }) => state === 'ready').map(({ service }) => service);
    for (const service of [...recordedAt.keys()]) if (!ready.includes(service)) recordedAt.delete(service);
    const due = ready.filter((service) => now - (recordedAt.get(service) ?? -INTERVAL_MS) >= INTERVAL_MS);
    if (due.length === 0) return;
    for (const service of due) recordedAt.set(service, now);
    const refs = config.engines
      .filter(({ service }) => due.includes(service))
      .flatMap(({ models }) => models.map(({ ref }) => ref));
    const { host, project, profile } = config;
    await uses.record(
      config.models.filter(({ ref }) => refs.includes(ref)),
      { host, project, profile },
    );
  };
}
