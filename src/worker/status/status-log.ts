import type { EngineStatus, ModelProgress, WorkerStatus } from '../../core/domain/worker-status.ts';
import {
  needsProgressLine,
  type ProgressMark,
  progressLine,
  progressMark,
} from '../../core/worker/progress-line.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../log/log.ts';
import type { StatusBoard } from './status-board.ts';

/** Logs one line per change of state, engine and registration, and download progress at a limited rate. */
export function logStatus(board: StatusBoard, log: Log, clock: Pick<Clock, 'now'>): () => void {
  const marks = new Map<string, ProgressMark>();
  const logModel = (progress: ModelProgress) => {
    if (progress.state === 'waiting' && progress.note === undefined) return;
    if (!needsProgressLine(marks.get(progress.ref), progress, clock.now())) return;
    marks.set(progress.ref, progressMark(progress, clock.now()));
    if (progress.state === 'failed') log.error(progressLine(progress));
    else if (progress.state === 'waiting') log.warn(progressLine(progress));
    else log.info(progressLine(progress));
  };
  return board.listen((status, before) => {
    if (status.state !== before.state) logState(status, log);
    for (const progress of status.models) {
      if (!before.models.includes(progress)) logModel(progress);
    }
    if (status.engines !== before.engines) logEngines(status.engines, before.engines, log);
    if (status.registered !== before.registered) {
      log.info(status.registered ? 'registered with the coordinator' : 'not registered with the coordinator');
    }
  });
}

function logState(status: WorkerStatus, log: Log): void {
  if (status.failure === null) {
    log.info(`state ${status.state}`);
    return;
  }
  const { code, message, hint } = status.failure;
  const fix = hint === undefined ? '' : `; ${hint}`;
  log.error(`state failed (${code}): ${message}${fix}`);
}

function logEngines(now: readonly EngineStatus[], before: readonly EngineStatus[], log: Log): void {
  for (const engine of now) {
    const was = before.find((each) => each.service === engine.service);
    if (was !== undefined && was.state === engine.state && was.note === engine.note) continue;
    const note = engine.note === undefined ? '' : `: ${engine.note}`;
    const line = `engine ${engine.service} ${engine.state}${note}`;
    if (engine.state === 'down') log.warn(line);
    else log.info(line);
  }
}
