import { cronFile, crontabEntry } from '../../core/schedule/cron-entry.ts';
import type { CommandSchedule, SchedulePart } from '../../core/schedule/schedule.ts';
import { systemdTimer } from '../../core/schedule/systemd-timer.ts';
import type { Host } from '../../ports/host.ts';
import type { Scheduler } from '../../ports/scheduler.ts';
import { chooseScheduler, type SchedulerChoice } from './choose-scheduler.ts';
import { assertOwn, type FoundSchedule, findSchedules, isOwn } from './find-schedules.ts';

export interface ScheduleRequest extends SchedulerChoice {
  readonly schedule: CommandSchedule;
  /** the same as a container */
  readonly container: () => Promise<SchedulePart>;
  /** creates what a container needs */
  readonly prepareContainer: () => Promise<void>;
  readonly dryRun: boolean;
}

export interface ScheduleChange {
  readonly scheduler: Scheduler;
  readonly parts: readonly SchedulePart[];
  /** `started`: it was installed, but off */
  readonly change: 'installed' | 'replaced' | 'started' | 'unchanged';
  /** what it replaces, of this and other schedulers */
  readonly replaces: readonly FoundSchedule[];
}

/**
 * Installs a schedule, or in a dry run returns what would be written. The same values change nothing; a schedule of the same
 * name is replaced, also that of another scheduler.
 * @throws RmaError as chooseScheduler, RMA_SCHEDULE_FOREIGN (3), RMA_SCHEDULE_CRON_COMMAND (2), RMA_SCHEDULE_DENIED (3),
 *   RMA_SCHEDULE_FAILED (1)
 */
export async function installSchedule(
  host: Pick<Host, 'schedulers' | 'caller' | 'engine'>,
  request: ScheduleRequest,
): Promise<ScheduleChange> {
  const { name } = request.schedule;
  const scheduler = await chooseScheduler(host, request);
  const parts = await partsFor(scheduler, request);
  const found = await findSchedules(host, name);
  const present = await presentParts({ scheduler, parts }, found, name);
  const others = found.filter((each) => each.scheduler !== scheduler && isOwn(each));
  const replaces = [...(present.differs === null ? [] : [present.differs]), ...others];
  const change = replaces.length > 0 ? 'replaced' : present.change;
  if (!request.dryRun) {
    if (present.change !== 'unchanged') {
      if (scheduler.kind === 'container') await request.prepareContainer();
      await scheduler.install(name, parts);
    }
    for (const other of others) await other.scheduler.remove(name);
  }
  return { scheduler, parts, change, replaces };
}

interface Present {
  readonly change: 'installed' | 'started' | 'unchanged';
  /** what has other values; null: nothing */
  readonly differs: FoundSchedule | null;
}

/** Compares what is to be installed with what the scheduler has. */
async function presentParts(
  { scheduler, parts }: FoundSchedule,
  found: readonly FoundSchedule[],
  name: string,
): Promise<Present> {
  const same = found.find((each) => each.scheduler === scheduler);
  if (same === undefined) return { change: 'installed', differs: null };
  assertOwn(same);
  if (textOf(same.parts) !== textOf(parts)) return { change: 'installed', differs: same };
  const isOff = (await scheduler.isActive(name)) === false;
  return { change: isOff ? 'started' : 'unchanged', differs: null };
}

async function partsFor(
  { kind }: Scheduler,
  { schedule, container }: ScheduleRequest,
): Promise<readonly SchedulePart[]> {
  switch (kind) {
    case 'systemd':
      return systemdTimer(schedule);
    case 'cron.d':
      return [cronFile(schedule)];
    case 'crontab':
      return [crontabEntry(schedule)];
    case 'container':
      return [await container()];
  }
}

function textOf(parts: readonly SchedulePart[]): string {
  return JSON.stringify(parts.map(({ file, text }) => [file, text]));
}
