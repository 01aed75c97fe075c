import type { EngineProbe } from '../../adapters/engine/engine-probe.ts';
import { backoffMs } from '../../core/backoff.ts';
import type { WorkerConfig } from '../../core/domain/worker-config.ts';
import type { EngineStatus } from '../../core/domain/worker-status.ts';
import { toErrorDocument } from '../../core/errors.ts';
import { registrationBody } from '../../core/worker/registration-body.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../log/log.ts';
import type { StatusBoard } from '../status/status-board.ts';
import type { Registrar } from './registrar.ts';

/** How often the receipts are looked at while the worker serves. */
const STORE_CHECK_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const ENGINE_PAUSE_MS = 2_000;

export interface ServePhase {
  readonly config: WorkerConfig;
  readonly board: StatusBoard;
  readonly probe: EngineProbe;
  readonly registrar: Registrar;
  readonly clock: Clock;
  /** in [0, 1): spreads the pauses of many workers */
  readonly random: () => number;
  readonly log: Log;
  readonly startedAt: string;
  /** whether every model still has a valid receipt */
  readonly modelsPresent: () => Promise<boolean>;
}

/**
 * Probes the engines and tells the coordinator, beat by beat. Returns when a model left the store.
 * @throws RmaError when the coordinator refuses for good, or the signal's reason
 */
export async function serve(phase: ServePhase, signal: AbortSignal): Promise<void> {
  const { clock, board } = phase;
  const beat: Beat = { beganAtMs: 0, failures: 0, leaseSeconds: null, complaint: null };
  let lookedAt = clock.monotonic();
  for (;;) {
    const beganAt = clock.monotonic();
    if (beganAt - lookedAt >= STORE_CHECK_MS) {
      lookedAt = beganAt;
      if (await lostModels(phase)) return;
    }
    const before = board.status.state;
    beat.beganAtMs = clock.now();
    await probeEngines(phase, signal);
    const settled = await tellCoordinator(phase, beat, signal);
    if (before !== board.status.state) beat.failures = 0;
    beat.failures = settled ? 0 : beat.failures + 1;
    // Beats keep their distance from begin to begin, so that a slow probe does not eat into the lease.
    await clock.sleep(Math.max(0, nextPause(phase, beat) - (clock.monotonic() - beganAt)), signal);
  }
}

/** What one beat leaves to the next. */
interface Beat {
  /** milliseconds since the Unix epoch */
  beganAtMs: number;
  /** beats in a row in which the worker was not ready and registered */
  failures: number;
  leaseSeconds: number | null;
  /** the last thing said about the coordinator, so that it is said once */
  complaint: string | null;
}

// A store that cannot be read for a moment is no lost model: the engines hold their files open.
async function lostModels({ modelsPresent, log }: ServePhase): Promise<boolean> {
  try {
    return !(await modelsPresent());
  } catch (error) {
    log.warn(`the store cannot be looked at: ${toErrorDocument(error).message}`);
    return false;
  }
}

async function probeEngines({ config, board, probe }: ServePhase, signal: AbortSignal): Promise<void> {
  const serving = board.status.state === 'ready' || board.status.state === 'degraded';
  const statuses = await Promise.all(
    config.engines.map(async (engine): Promise<EngineStatus> => {
      const fault = await probe.probe(engine, signal);
      if (fault === null) return { service: engine.service, state: 'ready' };
      return { service: engine.service, state: serving ? 'down' : 'waiting', ...fault };
    }),
  );
  signal.throwIfAborted();
  board.engines(statuses);
  board.input(statuses.every((each) => each.state === 'ready') ? 'engines-answer' : 'engines-down');
}

/** Whether the worker serves and the coordinator knows. Nobody is told of a worker whose engines never answered. */
async function tellCoordinator(phase: ServePhase, beat: Beat, signal: AbortSignal): Promise<boolean> {
  const { config, board, registrar, startedAt, log } = phase;
  if (board.status.state === 'waiting-for-engines') return false;
  const state = board.status.state === 'degraded' ? 'degraded' : 'ready';
  const body = registrationBody(config, { state, engines: board.status.engines, startedAt });
  const told = await registrar.tell(body, signal);
  signal.throwIfAborted();
  board.registered(told.registered && config.coordinator !== null);
  if (told.registered) {
    // before the state changes, so that a reader who sees `ready` sees since when
    board.confirmed(beat.beganAtMs);
    board.input('registered');
    beat.leaseSeconds = told.leaseSeconds;
    beat.complaint = null;
  } else if (told.reason !== beat.complaint) {
    beat.complaint = told.reason;
    log.warn(`${told.reason}; trying again`);
  }
  return told.registered;
}

function nextPause({ config, board, random }: ServePhase, { failures, leaseSeconds }: Beat): number {
  const beat = Math.min(config.heartbeatSeconds, (leaseSeconds ?? Number.POSITIVE_INFINITY) / 3) * 1000;
  if (failures === 0) return beat;
  const cap = board.status.state === 'waiting-for-engines' ? Math.min(beat, ENGINE_PAUSE_MS) : beat;
  return backoffMs(failures, random(), { firstMs: FIRST_PAUSE_MS, longestMs: cap });
}
