import { join, resolve } from 'node:path';
import type { StorePaths } from '../../../core/source/store-paths.ts';

/** Returns the name of a directory of rma's own files: below the store, or absolute beside a part that a variable has moved. */
export function stateFolder(paths: StorePaths, state: string, folder: string): string {
  return state === resolve(paths.state) ? `.rma/${folder}` : join(state, folder);
}
