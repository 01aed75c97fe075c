import type { Problem } from '../../core/domain/verification.ts';
import { shell } from '../../core/shell-quote.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import { formatBytes } from '../../core/units.ts';
import { type ProjectOptions, withProject } from './command-line.ts';

/** How a command reaches the store, for the commands that it suggests. */
export interface StoreOptions {
  /** `--dest` */
  readonly dest: string | null;
  readonly project: ProjectOptions;
}

/** Returns the command that fixes a problem. */
export function fixCommand({ kind, fix, reference, path }: Problem, store: StoreOptions): string {
  if (fix !== null) return onStore(shell`rma models repair ${reference}`, store);
  if (kind === 'unreadable') return shell`ls -l ${`${store.dest ?? STORE_MOUNT}/${path}`}`;
  return onStore(shell`rma models rm ${reference}`, store);
}

/** Returns a command of rma for the same store. */
export function onStore(command: string, { dest, project }: StoreOptions): string {
  return withProject(dest === null ? command : `${command} ${shell`--dest ${dest}`}`, project);
}

export interface Counts {
  readonly models: number;
  readonly files: number;
  readonly bytes: number;
}

/** Returns `12 models, 48 files, 213.4 GiB`. */
export function countsText({ models, files, bytes }: Counts): string {
  return `${counted(models, 'model')}, ${counted(files, 'file')}, ${formatBytes(bytes)}`;
}

/** Returns `1 file`, `2 files`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
