import { dirname, isAbsolute, join, normalize } from 'node:path';
import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import { sameFileSystem } from '../disk/same-file-system.ts';
import { statesOf } from '../inventory/scan-store.ts';

/** Returns the absolute path of a path of the store; null for one that leads out of it. */
export function placeOf(paths: StorePaths, path: string): string | null {
  if (normalize(path) !== path || path === '..' || path.startsWith('../')) return null;
  if (!isAbsolute(path)) return placeInStore(paths, path);
  return statesOf(paths).some((state) => path.startsWith(`${state}/`)) ? path : null;
}

/** Returns the trash on the file system of a path; null if a rename cannot reach one. */
export function trashFor(paths: StorePaths, place: string): string | null {
  const states = statesOf(paths).map((state) => join(state, 'trash'));
  return states.find((trash) => sameFileSystem(dirname(trash), dirname(place))) ?? null;
}
