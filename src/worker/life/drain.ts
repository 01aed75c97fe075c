import type { EngineProbe } from '../../adapters/engine/engine-probe.ts';
import type { WorkerConfig } from '../../core/domain/worker-config.ts';
import type { EngineStatus } from '../../core/domain/worker-status.ts';
import { registrationBody } from '../../core/worker/registration-body.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../log/log.ts';
import type { Registrar } from './registrar.ts';

const POLL_MS = 500;

export interface DrainPhase {
  readonly config: WorkerConfig;
  readonly engines: readonly EngineStatus[];
  readonly registrar: Registrar;
  readonly probe: EngineProbe;
  readonly clock: Clock;
  readonly log: Log;
  readonly startedAt: string;
}

/** Leaves the coordinator, then waits until no request is in flight or the drain timeout has passed. */
export async function drain(phase: DrainPhase): Promise<void> {
  const { config, registrar, clock, log } = phase;
  const signal = new AbortController().signal;
  const body = registrationBody(config, { ...phase, state: 'draining' });
  await registrar.withdraw(body, signal);
  const deadline = clock.monotonic() + config.drainSeconds * 1000;
  let left = await inFlight(phase, signal);
  while (left > 0 && clock.monotonic() < deadline) {
    log.info(`draining: requests in flight: ${left}`);
    await clock.sleep(Math.min(POLL_MS, deadline - clock.monotonic()), signal);
    left = await inFlight(phase, signal);
  }
  if (left > 0) log.warn(`drain timeout (${config.drainSeconds} s) exceeded; requests aborted: ${left}`);
  else log.info('drained: no requests in flight');
  await registrar.leave(config.worker, signal);
}

async function inFlight({ config, probe }: DrainPhase, signal: AbortSignal): Promise<number> {
  const counts = await Promise.all(config.engines.map((engine) => probe.inFlight(engine, signal)));
  return counts.reduce((sum, count) => sum + count, 0);
}
