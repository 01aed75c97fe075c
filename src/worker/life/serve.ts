import type { EngineProbe } from '../../adapters/engine/engine-probe.ts';
import type { EngineProblem } from '../../adapters/engine/engine-problem.ts';
import { backoffMs } from '../../core/backoff.ts';
import { GROUP_REPORT_SECONDS } from '../../core/domain/group.ts';
import type { WorkerConfig } from '../../core/domain/worker-config.ts';
import type { EngineStatus } from '../../core/domain/worker-status.ts';
import { toErrorDocument } from '../../core/errors.ts';
import { engineServices } from '../../core/worker/engine-services.ts';
import { registrationBody } from '../../core/worker/registration-body.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ModelUses } from '../../ports/model-uses.ts';
import type { GroupMember } from '../group/group-member.ts';
import type { Log } from '../log/log.ts';
import type { StatusBoard } from '../status/status-board.ts';
import type { Registrar } from './registrar.ts';
import { createUseRecorder } from './use-recorder.ts';

/** Interval of checks of the receipts while the worker serves. */
const STORE_CHECK_MS = 60_000;
const FIRST_PAUSE_MS = 500;
const ENGINE_PAUSE_MS = 2_000;

export interface ServePhase {
  readonly config: WorkerConfig;
  readonly board: StatusBoard;
  readonly probe: EngineProbe;
  /** null: the profile runs on this host alone */
  readonly group: GroupMember | null;
  readonly registrar: Registrar;
  readonly uses: ModelUses;
  readonly clock: Clock;
  /** in [0, 1): spreads the pauses of many workers */
  readonly random: () => number;
  readonly log: Log;
  readonly startedAt: string;
  /** returns whether every model still has a valid receipt */
  readonly modelsPresent: () => Promise<boolean>;
}

/**
 * Probes the engines and reports to the coordinator in each heartbeat. Returns when a model is missing in the store.
 * @throws RmaError for a permanent refusal of the coordinator, or the signal's reason
 */
export async function serve(phase: ServePhase, signal: AbortSignal): Promise<void> {
  const { clock, board } = phase;
  const beat: Beat = { beganAtMs: 0, failures: 0, leaseSeconds: null, warning: null };
  const recordUses = createUseRecorder(phase);
  let checkedAt = clock.monotonic();
  for (;;) {
    const beganAt = clock.monotonic();
    if (beganAt - checkedAt >= STORE_CHECK_MS) {
      checkedAt = beganAt;
      if (await lostModels(phase)) return;
    }
    const before = board.status.state;
    beat.beganAtMs = clock.now();
    await phase.group?.exchange(signal);
    await probeEngines(phase, signal);
    await recordUses(board.status.engines);
    const registered = await reportToCoordinator(phase, beat, signal);
    if (before !== board.status.state) beat.failures = 0;
    beat.failures = registered ? 0 : beat.failures + 1;
    // Heartbeats have a fixed interval from start to start, so that a slow probe does not shorten the lease.
    await clock.sleep(Math.max(0, nextPause(phase, beat) - (clock.monotonic() - beganAt)), signal);
  }
}

/** State between two heartbeats. */
interface Beat {
  /** milliseconds since the Unix epoch */
  beganAtMs: number;
  /** consecutive heartbeats in which the worker was not ready and registered */
  failures: number;
  leaseSeconds: number | null;
  /** last warning about the coordinator, so that it is logged once */
  warning: string | null;
}

// A temporary read error of the store does not mean a missing model: the engines keep their files open.
async function lostModels({ modelsPresent, log }: ServePhase): Promise<boolean> {
  try {
    return !(await modelsPresent());
  } catch (error) {
    log.warn(`cannot check the store: ${toErrorDocument(error).message}`);
    return false;
  }
}

async function probeEngines(phase: ServePhase, signal: AbortSignal): Promise<void> {
  const { config, board, clock } = phase;
  const serving = board.status.state === 'ready' || board.status.state === 'degraded';
  const statuses = await Promise.all(
    engineServices(config).map(async (service): Promise<EngineStatus> => {
      const respondedAt = new Date(clock.now()).toISOString();
      const fault = await problemOf(phase, service, signal);
      if (fault === null) return { service, state: 'ready', respondedAt };
      const before = board.status.engines.find((each) => each.service === service)?.respondedAt;
      const state = serving ? 'down' : 'waiting';
      return { service, state, ...fault, ...(before !== undefined && { respondedAt: before }) };
    }),
  );
  signal.throwIfAborted();
  board.engines(statuses);
  board.input(statuses.every((each) => each.state === 'ready') ? 'engines-answer' : 'engines-down');
}

async function problemOf(
  { config, probe, group }: ServePhase,
  service: string,
  signal: AbortSignal,
): Promise<EngineProblem | null> {
  const engine = config.engines.find((each) => each.service === service);
  const parted = group?.service === service ? group : null;
  const note = parted?.problem() ?? null;
  if (note !== null) return { note };
  // the part of a member answers nobody but the head
  if (engine === undefined) return null;
  return (await probe.probe(engine, signal)) ?? parted?.unanswered(engine, signal) ?? null;
}

/** Returns whether the worker serves and is registered. A worker is not registered before its engines respond. */
async function reportToCoordinator(phase: ServePhase, beat: Beat, signal: AbortSignal): Promise<boolean> {
  const { config, board, registrar, startedAt, log } = phase;
  if (board.status.state === 'waiting-for-engines') return false;
  const state = board.status.state === 'degraded' ? 'degraded' : 'ready';
  const body = registrationBody(config, { state, engines: board.status.engines, startedAt });
  const result = await registrar.report(body, signal);
  signal.throwIfAborted();
  board.registered(result.registered && config.coordinator !== null);
  if (result.registered) {
    // before the state changes, so that a reader of `ready` also sees the time
    board.confirmed(beat.beganAtMs);
    board.input('registered');
    beat.leaseSeconds = result.leaseSeconds;
    beat.warning = null;
  } else if (result.reason !== beat.warning) {
    beat.warning = result.reason;
    log.warn(`${result.reason}; retrying`);
  }
  return result.registered;
}

function nextPause({ config, board, group, random }: ServePhase, beatNow: Beat): number {
  const { failures, leaseSeconds } = beatNow;
  const seconds = group === null ? config.heartbeatSeconds : GROUP_REPORT_SECONDS;
  const beat = Math.min(seconds, (leaseSeconds ?? Number.POSITIVE_INFINITY) / 3) * 1000;
  if (failures === 0) return beat;
  const cap = board.status.state === 'waiting-for-engines' ? Math.min(beat, ENGINE_PAUSE_MS) : beat;
  return backoffMs(failures, random(), { firstMs: FIRST_PAUSE_MS, longestMs: cap });
}
