import type { EngineProbe } from '../../adapters/engine/engine-probe.ts';
import type { EngineTarget, WorkerConfig } from '../../core/domain/worker-config.ts';
import type { EngineStatus, WorkerStatus } from '../../core/domain/worker-status.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelCheck } from '../../ports/model-store.ts';
import type { ModelFetcher } from '../model-fetcher.ts';

/** How long an engine that responded until now may be silent: a busy machine is slow, a hung engine stays silent. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 500;

export interface FreshParts {
  readonly config: WorkerConfig;
  readonly probe: Pick<EngineProbe, 'noResponse'>;
  readonly fetcher: Pick<ModelFetcher, 'check'>;
  /** why the coordinator does not respond; null if it does, and without one */
  readonly coordinatorSilence: () => Promise<string | null>;
  readonly clock: Clock;
}

/**
 * Returns the status of a worker with its engines and its store as they are now. The worker itself probes its engines once
 * per heartbeat and checks its store once per minute; until then it reports the last result. An engine that responded so
 * far and does not now is probed for up to ten seconds. Changes nothing: the worker notices it in its next round.
 */
export async function freshStatus(
  status: WorkerStatus,
  { config, probe, fetcher, coordinatorSilence, clock }: FreshParts,
  signal: AbortSignal,
): Promise<WorkerStatus> {
  if (status.state !== 'ready' && status.state !== 'degraded') return status;
  const down = new Set(status.engines.flatMap(({ service, state }) => (state === 'down' ? [service] : [])));
  const silentSince = (service: string) => (down.has(service) ? Date.parse(status.since) : clock.now());
  const ask = (engine: EngineTarget) =>
    noResponseUntil(silentSince(engine.service) + PATIENCE_MS, { clock, signal }, () =>
      probe.noResponse(engine, signal),
    );
  const untilMs = (status.registered ? clock.now() : Date.parse(status.since)) + PATIENCE_MS;
  const [silent, checks, note] = await Promise.all([
    Promise.all(config.engines.map(async (engine) => [engine.service, await ask(engine)] as const)),
    // a read error does not mean that the model is missing
    fetcher.check(config.models).catch((): readonly ModelCheck[] => []),
    noResponseUntil(untilMs, { clock, signal }, coordinatorSilence),
  ]);
  const reasons = new Map(silent);
  const missing = new Set(checks.filter(({ state }) => state !== 'present').map(({ ref }) => ref));
  const isWhole = missing.size === 0 && silent.every(([, reason]) => reason === null);
  return {
    ...status,
    state: isWhole ? status.state : 'degraded',
    ...(note !== null && { registered: false, coordinatorNote: note }),
    engines: status.engines.map((engine) => engineNow(engine, reasons.get(engine.service) ?? null)),
    models: status.models.map((model) =>
      missing.has(model.ref) ? { ...model, state: 'waiting', note: 'missing in the store' } : model,
    ),
  };
}

/** Returns the reason of the last try; null as soon as a try has none. */
async function noResponseUntil(
  untilMs: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  ask: () => Promise<string | null>,
): Promise<string | null> {
  for (;;) {
    const reason = await ask();
    if (reason === null || clock.now() >= untilMs) return reason;
    await clock.sleep(PAUSE_MS, signal);
  }
}

/** An engine that responds may still be loading its models, as its worker reports. */
function engineNow(engine: EngineStatus, reason: string | null): EngineStatus {
  if (reason !== null) return { ...engine, state: 'down', note: reason };
  return engine.state === 'down' ? { ...engine, state: 'waiting' } : engine;
}
