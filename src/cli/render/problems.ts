import type { Problem } from '../../core/domain/verification.ts';
import { shell } from '../../core/shell-quote.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import { formatBytes } from '../../core/units.ts';
import { onStore, type StoreOptions } from './on-store.ts';

/** Returns the command that fixes a problem. */
export function fixCommand({ kind, fix, reference, path }: Problem, store: StoreOptions): string {
  if (fix !== null) return onStore(shell`rma models repair ${reference}`, store);
  if (kind === 'unreadable') return shell`ls -l ${`${store.dest ?? STORE_MOUNT}/${path}`}`;
  return onStore(shell`rma models rm ${reference}`, store);
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
