import { nextRun } from '../../core/schedule/run-times.ts';
import type { ScheduledRun } from '../../core/schedule/scheduled-run.ts';
import type { Clock } from '../../ports/clock.ts';

/** A schedule that a process keeps itself. */
export interface KeptSchedule {
  /** five fields */
  readonly every: string;
  readonly timeZone: string;
  /** Returns the last run; null if there was none. */
  readonly last: () => Promise<Pick<ScheduledRun, 'startedAt'> | null>;
  /** Runs once. It reports its own errors. */
  readonly run: () => Promise<void>;
  /** called with the time of the next run, milliseconds since the Unix epoch */
  readonly onWait: (nextMs: number) => void;
}

/** Longest sleep: the wall clock may be set, also back, and a machine may be suspended, while a timer waits. */
const MAX_SLEEP_MS = 20_000;

/** A clock that is set back by more than this was wrong; by less, it would repeat a run. */
const SET_BACK_MS = 3_600_000;

/**
 * Runs at each time of the schedule until the signal is aborted. As systemd does with `Persistent=true`, it starts with a run
 * if one was due since the last one.
 */
export async function keepSchedule(
  { clock, signal }: { readonly clock: Pick<Clock, 'now' | 'sleep'>; readonly signal: AbortSignal },
  schedule: KeptSchedule,
): Promise<void> {
  const { every, timeZone, last, run, onWait } = schedule;
  const previous = await last();
  let from = previous === null ? clock.now() : Math.min(Date.parse(previous.startedAt), clock.now());
  while (!signal.aborted) {
    const due = nextRun(every, from, timeZone);
    if (due === null) return;
    if (due > clock.now()) onWait(due);
    await sleepUntil(due, from, { clock, signal });
    if (signal.aborted) return;
    from = clock.now();
    if (from >= due) await run();
  }
}

/** Returns at `due`, after an abort, or when the clock was set back to long before `from`: then another run is due. */
async function sleepUntil(
  due: number,
  from: number,
  { clock, signal }: { readonly clock: Pick<Clock, 'now' | 'sleep'>; readonly signal: AbortSignal },
): Promise<void> {
  for (let now = clock.now(); now < due && now > from - SET_BACK_MS && !signal.aborted; now = clock.now())
    await clock.sleep(Math.min(due - now, MAX_SLEEP_MS), signal).catch(() => undefined);
}
