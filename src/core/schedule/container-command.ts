import { shellQuote } from '../shell-quote.ts';
import type { CronExpression } from './cron-expression.ts';
import { everyLine, SCHEDULE_HEADER, type SchedulePart } from './schedule.ts';

/** A container that prunes a store on a schedule. */
export interface ScheduleContainer {
  /** name of the container */
  readonly name: string;
  readonly every: CronExpression;
  readonly image: string;
  /** `docker run --mount` value of the store */
  readonly mount: string;
  /** `UID:GID` that owns the store */
  readonly user: string;
  /** argument of `rma-worker schedule` */
  readonly request: string;
}

/**
 * Returns the container of a schedule. It belongs to the store, not to a project: it has no label of a project, so `rma down`
 * leaves it running. It has no network, no capabilities and no Docker socket.
 */
export function containerCommand({
  name,
  every,
  image,
  mount,
  user,
  request,
}: ScheduleContainer): SchedulePart {
  const lines: readonly (readonly string[])[] = [
    ['--detach', '--name', name, '--restart', 'unless-stopped', '--pull', 'never'],
    ['--user', user, '--network', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true'],
    ['--mount', mount],
    [image, 'rma-worker', 'schedule', request],
  ];
  const shown = [['docker', 'run'], ...lines].map((words) => words.map(shellQuote).join(' '));
  return {
    file: name,
    text: `${SCHEDULE_HEADER}\n${everyLine(every)}\n${shown.join(' \\\n  ')}\n`,
    argv: ['docker', 'run', ...lines.flat()],
  };
}
