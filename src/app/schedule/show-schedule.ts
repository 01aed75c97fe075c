import { nextRun, previousRun } from '../../core/schedule/run-times.ts';
import { everyOf, type SchedulePart } from '../../core/schedule/schedule.ts';
import type { ScheduledRun } from '../../core/schedule/scheduled-run.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Host } from '../../ports/host.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { findSchedules, isOwn } from './find-schedules.ts';

export interface ScheduleQuestion {
  readonly name: string;
  readonly timeZone: string;
  /** reads the last run in the store; null: there was none, or it is unknown */
  readonly lastRun: () => Promise<ScheduledRun | null>;
}

/** An installed schedule. Times are milliseconds since the Unix epoch. */
export interface InstalledSchedule {
  readonly scheduler: Scheduler;
  readonly parts: readonly SchedulePart[];
  /** five fields; null if its text was changed */
  readonly every: string | null;
  /** null: the scheduler does not report it */
  readonly active: boolean | null;
  readonly nextRun: number | null;
  readonly lastRun: ScheduledRun | null;
  /** when a run was due that recorded no result; null if none is missing */
  readonly missedRun: number | null;
}

/** Returns the installed schedule of this name; null if there is none. Changes nothing. */
export async function showSchedule(
  host: Pick<Host, 'schedulers'>,
  { clock }: { readonly clock: Pick<Clock, 'now'> },
  { name, timeZone, lastRun }: ScheduleQuestion,
): Promise<InstalledSchedule | null> {
  const found = (await findSchedules(host, name)).find(isOwn);
  if (found === undefined) return null;
  const { scheduler, parts } = found;
  const every = parts.map(({ text }) => everyOf(text)).find((text) => text !== null) ?? null;
  const active = await scheduler.isActive(name);
  const last = await lastRun();
  return {
    scheduler,
    parts,
    every,
    active,
    nextRun: every === null || active === false ? null : nextRun(every, clock.now(), timeZone),
    lastRun: last,
    missedRun:
      every === null || last === null
        ? null
        : missed(last, previousRun(every, clock.now() - TOLERANCE_MS, timeZone)),
  };
}

/** How late a scheduler may start a run, and how long a run may take until its result is missed. */
const TOLERANCE_MS = 3_600_000;

/** Returns the last due run if it recorded no result; without any result the schedule may be new. */
function missed({ startedAt }: ScheduledRun, dueMs: number | null): number | null {
  return dueMs !== null && Date.parse(startedAt) < dueMs ? dueMs : null;
}
