import { environmentLines, execStart } from '../unit-quote.ts';
import { onCalendar } from './on-calendar.ts';
import { type CommandSchedule, everyLine, SCHEDULE_HEADER, type SchedulePart } from './schedule.ts';

/** Returns the service and the timer of a schedule, in the syntax of systemd.service(5) and systemd.timer(5). */
export function systemdTimer(schedule: CommandSchedule): readonly [SchedulePart, SchedulePart] {
  const { name } = schedule;
  return [
    { file: `${name}.service`, text: service(schedule) },
    { file: `${name}.timer`, text: timer(schedule) },
  ];
}

function service({ title, command, environment, user, docker }: CommandSchedule): string {
  return lines([
    SCHEDULE_HEADER,
    '[Unit]',
    `Description=Prune ${escaped(title)}`,
    ...(docker ? ['After=docker.service'] : []),
    '',
    '[Service]',
    'Type=oneshot',
    ...(user === 'root' ? [] : [`User=${user}`]),
    ...environmentLines(environment),
    `ExecStart=${execStart(command)}`,
  ]);
}

/** `Persistent`: a run that was due while the machine was off starts after the next boot. */
function timer({ title, every }: CommandSchedule): string {
  return lines([
    SCHEDULE_HEADER,
    everyLine(every),
    '[Unit]',
    `Description=Prune ${escaped(title)} on schedule`,
    '',
    '[Timer]',
    ...onCalendar(every).map((value) => `OnCalendar=${value}`),
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}

/** `%` is a specifier in unit files; a control character ends the line, a backslash at the end joins the next one. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\\]/gu, '?').replaceAll('%', '%%');
}
