import { resolve } from 'node:path';
import { scheduleName } from '../../../../core/schedule/schedule.ts';
import type { RunIdentity } from '../../../../core/schedule/scheduled-run.ts';
import { shell } from '../../../../core/shell-quote.ts';
import type { Context } from '../../../context/context.ts';

/** The store that a schedule prunes. */
export interface ScheduledStore {
  readonly identity: RunIdentity;
  /** `the model store of project demo` */
  readonly title: string;
  /** absolute directory of the store; null: the project's volume */
  readonly directory: string | null;
}

/** Returns the store of `--dest`, else that of the project, and the name of its schedule. */
export async function scheduledStore(
  { dest }: { readonly dest: string | null },
  context: Context,
): Promise<ScheduledStore> {
  const host = (await context.host()).name;
  if (dest !== null) {
    const directory = resolve(context.cwd, dest);
    const name = scheduleName({ directory });
    return { identity: { name, host }, title: `the model store ${directory}`, directory };
  }
  const { project } = (await context.config()).config;
  const identity = { name: scheduleName({ project }), host };
  return { identity, title: `the model store of project ${project}`, directory: null };
}

/** Returns the words of a command for the same store, with a space before them. */
export function destWords({ directory }: ScheduledStore): string {
  return directory === null ? '' : shell` --dest ${directory}`;
}

/** Returns the IANA name of the time zone of this machine. */
export function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
