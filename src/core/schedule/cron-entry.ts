import { EXIT, RmaError } from '../errors.ts';
import { shellQuote } from '../shell-quote.ts';
import { type CommandSchedule, everyLine, SCHEDULE_HEADER, type SchedulePart } from './schedule.ts';

/** Longest command that every cron runs: Debian's rejects longer ones, others cut them off. */
const MAX_COMMAND = 998;

/**
 * Returns the file of a schedule for /etc/cron.d (`user` is a field there), in the syntax of crontab(5).
 * @throws RmaError RMA_SCHEDULE_CRON_COMMAND (2)
 */
export function cronFile(schedule: CommandSchedule): SchedulePart {
  return entry(schedule, `${schedule.every.text} ${schedule.user} ${cronCommand(schedule)}`);
}

/** Returns the lines of a schedule for a user's own crontab. @throws RmaError as cronFile */
export function crontabEntry(schedule: CommandSchedule): SchedulePart {
  return entry(schedule, `${schedule.every.text} ${cronCommand(schedule)}`);
}

function entry({ name, every }: CommandSchedule, line: string): SchedulePart {
  return { file: name, text: `${SCHEDULE_HEADER}\n${everyLine(every)}\n${line}\n` };
}

/**
 * Returns the command for /bin/sh. cron reads `%` as a line break unless it is escaped, also in quotes. In quotes a backslash
 * before it belongs to the word: without the end of the quotes between them, it would escape that of the escape.
 */
function cronCommand({ command, environment }: CommandSchedule): string {
  const words = [...Object.values(environment), ...command];
  if (words.some((word) => /\p{Cc}/u.test(word))) throw rejected('it has control characters');
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellQuote(value)}`);
  const line = [...variables, ...command.map(shellQuote)]
    .join(' ')
    .replace(/\\?%/g, (found) => (found === '%' ? '\\%' : "\\''\\%"));
  if (line.length > MAX_COMMAND) throw rejected(`it has ${line.length} characters, more than ${MAX_COMMAND}`);
  return line;
}

function rejected(reason: string): RmaError {
  return new RmaError('RMA_SCHEDULE_CRON_COMMAND', `cron cannot run the command: ${reason}`, {
    exitCode: EXIT.usage,
    hint: 'use another backend: --backend systemd, or --backend container',
  });
}
