import { placeInStore, type StorePaths } from '../../../core/source/store-paths.ts';
import type { StoreGuard } from './store-guard.ts';

/** Returns the text of a file by its path in the store, links within it followed; null if it cannot be read. */
export function textAt(
  { guard, paths }: { readonly guard: StoreGuard; readonly paths: StorePaths },
  path: string,
): string | null {
  const place = placeInStore(paths, path);
  return guard.readText(guard.realpath(place) ?? place);
}
