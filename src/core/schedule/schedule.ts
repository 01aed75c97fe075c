import { sha256Hex } from '../hash.ts';
import type { CronExpression } from './cron-expression.ts';

/** What runs commands on a schedule, as `--backend` names it. */
export const BACKENDS = ['systemd', 'cron', 'container'] as const;
export type Backend = (typeof BACKENDS)[number];

/** The same, with the two places of cron: the directory of root, and the crontab of a user. */
export type SchedulerKind = 'systemd' | 'cron.d' | 'crontab' | 'container';

/** A command that prunes a store on a schedule, started by systemd or cron. */
export interface CommandSchedule {
  /** name of its units, its crontab entry or its container */
  readonly name: string;
  /** what is pruned, for descriptions: `the model store of project demo` */
  readonly title: string;
  readonly every: CronExpression;
  /** absolute program and its arguments */
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** account that runs it where root installs it */
  readonly user: string;
  /** whether the command needs the Docker Engine */
  readonly docker: boolean;
}

/** One file, crontab entry or container, as it is to be. */
export interface SchedulePart {
  /** name below the directory of the backend */
  readonly file: string;
  readonly text: string;
  /** the command that creates it; only of a container */
  readonly argv?: readonly [string, ...string[]];
}

/** The start of every file that rma writes for a schedule. */
export const SCHEDULE_HEADER =
  '# Written by rma cache schedule install; rma cache schedule remove deletes it.';

const EVERY = /^# every: (.+)$/m;

/** Returns the comment with the expression, by which `everyOf` finds it. */
export function everyLine({ text }: CronExpression): string {
  return `# every: ${text}`;
}

/** Returns the expression of a schedule that rma wrote; null if there is none in the text. */
export function everyOf(text: string): string | null {
  return EVERY.exec(text)?.[1] ?? null;
}

/** Returns whether rma wrote this text. */
export function isOwnSchedule(text: string): boolean {
  return text.startsWith(`${SCHEDULE_HEADER}\n`);
}

/** Returns the backend of a scheduler. */
export function backendOf(kind: SchedulerKind): Backend {
  return kind === 'cron.d' || kind === 'crontab' ? 'cron' : kind;
}

/** Returns the name of the schedule of a project's store, or of a directory. It is valid for systemd, cron and Docker. */
export function scheduleName(store: { readonly project: string } | { readonly directory: string }): string {
  if ('project' in store) return `rma-cache-${store.project}`;
  const { directory } = store;
  const slug = (directory.split('/').at(-1) ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const readable = slug.replace(/^-+|-+$/g, '').slice(0, 32) || 'store';
  return `rma-cache-${readable}-${sha256Hex(directory).slice(0, 8)}`;
}
