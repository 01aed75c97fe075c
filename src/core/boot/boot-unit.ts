import { shellQuote } from '../shell-quote.ts';
import { environmentLines, execStart } from '../unit-quote.ts';

/** What starts a project's services after a boot. */
export interface BootUnit {
  readonly project: string;
  /** the command that runs once at boot, as absolute paths and arguments */
  readonly command: readonly [string, ...string[]];
  /** how long the command waits, seconds */
  readonly waitSeconds: number;
  /** variables that the command needs to find the Docker Engine */
  readonly environment: Readonly<Record<string, string>>;
}

/** Time beyond its own limit after which systemd stops the command, seconds. */
const GRACE_SECONDS = 120;

/** First line of every unit that rma writes. */
const HEADER = '# Written by rma boot install; rma boot remove deletes it.';

/** Returns the name of the unit of a project. */
export function unitName(project: string): string {
  return `rma-${project}.service`;
}

/** Returns whether rma wrote this unit file, for any project. */
export function isOwnUnit(text: string): boolean {
  return text.startsWith(`${HEADER}\n`);
}

/** Returns the text of a systemd unit, in the syntax of systemd.unit(5) and systemd.service(5). */
export function unitText({ project, command, waitSeconds, environment }: BootUnit): string {
  return [
    HEADER,
    '[Unit]',
    `Description=Start the services of the rma project ${project} whose GPU was not ready at boot`,
    'After=docker.service nvidia-persistenced.service',
    '',
    '[Service]',
    'Type=oneshot',
    ...environmentLines(environment),
    `ExecStart=${execStart(command)}`,
    `TimeoutStartSec=${waitSeconds + GRACE_SECONDS}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** Returns the time in seconds that the unit with this text waits; null if it is not one of `unitText`. */
export function waitOf(text: string): number | null {
  const seconds = /^ExecStart=.* --wait-timeout (\d+)s$/m.exec(text)?.[1];
  return seconds === undefined ? null : Number(seconds);
}

/** Returns a line for `crontab -e`, for machines without systemd. cron(8) reads `%` as a line break unless it is escaped. */
export function cronLine({ command, environment }: BootUnit): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${shellQuote(value)}`);
  // as systemd does; a home directory may have an rma.yaml of another project
  return `@reboot cd / && ${[...variables, ...command.map(shellQuote)].join(' ').replaceAll('%', '\\%')}`;
}
