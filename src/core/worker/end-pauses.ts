import { backoffMs } from '../backoff.ts';
import { type GroupFiles, runningGeneration } from './group-rules.ts';

const PAUSES = { firstMs: 2_000, longestMs: 60_000 };
/** A program that ran for this long has no fault at its start. */
const STABLE_MS = 5 * 60_000;

/** The recent ends of the program of a worker. They delay reports, so that a program that cannot start does not restart its group at once. */
export interface EndPauses {
  /** the generation that runs, and since when in monotonic milliseconds */
  readonly running: number;
  readonly runningSinceMs: number;
  /** the last generation that ended by itself */
  readonly ended: number;
  /** its end is reported at this time */
  readonly reportAtMs: number;
  /** consecutive ends shortly after a start */
  readonly failures: number;
}

export const NO_ENDS: EndPauses = {
  running: 0,
  runningSinceMs: 0,
  ended: 0,
  reportAtMs: 0,
  failures: 0,
};

/** Returns the pauses after a look at the files. @param random in [0, 1) */
export function observeEnds(
  pauses: EndPauses,
  files: GroupFiles,
  at: { nowMs: number; random: number },
): EndPauses {
  const { nowMs } = at;
  const running = runningGeneration(files);
  if (running > 0 && running !== pauses.running) return { ...pauses, running, runningSinceMs: nowMs };
  if (running > 0 || files.ended === 0 || files.ended === pauses.ended) return pauses;
  // an end that the start of the next generation has caused
  if (files.ended !== files.seen) return pauses;
  const wasStable = pauses.running === files.ended && nowMs - pauses.runningSinceMs >= STABLE_MS;
  const failures = wasStable ? 1 : pauses.failures + 1;
  const reportAtMs = nowMs + backoffMs(failures, at.random, PAUSES);
  return { ...pauses, ended: files.ended, failures, reportAtMs };
}

/** Returns the end to report: that of the files, unless its pause is not over. */
export function reportedEnd({ ended, reportAtMs }: EndPauses, files: GroupFiles, nowMs: number): number {
  return files.ended === ended && nowMs < reportAtMs ? 0 : files.ended;
}
