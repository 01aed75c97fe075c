import { EXIT, RmaError } from '../../core/errors.ts';
import { isOwnSchedule, type SchedulePart } from '../../core/schedule/schedule.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';
import type { Scheduler } from '../../ports/scheduler.ts';

/** A schedule that a scheduler of the machine has. */
export interface FoundSchedule {
  readonly scheduler: Scheduler;
  readonly parts: readonly SchedulePart[];
}

/** Returns what the schedulers of a machine have under a name: usually one, in a crash between two changes several. */
export async function findSchedules(
  { schedulers }: Pick<Host, 'schedulers'>,
  name: string,
): Promise<readonly FoundSchedule[]> {
  const found: FoundSchedule[] = [];
  for (const scheduler of schedulers) {
    const parts = await scheduler.read(name);
    if (parts.length > 0) found.push({ scheduler, parts });
  }
  return found;
}

/** Returns whether rma wrote all parts. */
export function isOwn({ parts }: FoundSchedule): boolean {
  return parts.every(({ text }) => isOwnSchedule(text));
}

/** @throws RmaError RMA_SCHEDULE_FOREIGN (3) if something else has the name of the schedule */
export function assertOwn({ scheduler, parts }: FoundSchedule): void {
  const foreign = parts.find(({ text }) => !isOwnSchedule(text));
  if (foreign === undefined) return;
  const place = scheduler.pathOf(foreign.file);
  throw new RmaError('RMA_SCHEDULE_FOREIGN', `${place} was not written by rma cache schedule install`, {
    exitCode: EXIT.notReady,
    hint:
      scheduler.kind === 'container'
        ? shell`check it, and remove it if it is not needed: docker rm --force ${foreign.file}`
        : shell`check it, and remove it if it is not needed: sudo rm ${place}`,
  });
}
