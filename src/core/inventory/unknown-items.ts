import type { UnknownItem } from '../domain/inventory.ts';
import type { ScannedFile } from '../domain/store-scan.ts';
import { distinctSize } from './distinct-size.ts';

/**
 * Returns the files without a known name, whole directories as one item. A directory that contains a known path is never
 * one item.
 */
export function unknownItems(files: readonly ScannedFile[], known: Iterable<string>): readonly UnknownItem[] {
  const holding = new Set<string>();
  for (const path of known) addDirectories(holding, path);
  const items = new Map<string, ScannedFile[]>();
  for (const file of files) {
    const outermost = outermostOf(file.path, holding);
    const members = items.get(outermost) ?? [];
    members.push(file);
    items.set(outermost, members);
  }
  const counted = new Set<string>();
  return [...items]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, members]) => ({
      path,
      files: members.length,
      bytes: distinctSize('bytes', members),
      diskBytes: distinctSize('diskBytes', members, counted),
    }));
}

/** Adds the directories of a path, up to the first that is known with its own ones. */
function addDirectories(folders: Set<string>, path: string): void {
  for (let at = path.lastIndexOf('/'); at >= 0; at = at === 0 ? -1 : path.lastIndexOf('/', at - 1)) {
    const folder = path.slice(0, at);
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}

/** Returns the outermost directory of a path that is none of the given ones; the path itself if there is none. */
function outermostOf(path: string, folders: ReadonlySet<string>): string {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at);
    if (!folders.has(folder)) return folder;
  }
  return path;
}
