import { dirname, resolve } from 'node:path';
import type { Disk } from './disk.ts';

/**
 * Opens the directories of paths, from `roots` on, the outermost first. An NFS client caches a directory for up to a minute,
 * including names that do not exist, and revalidates the cache when the directory is opened (close-to-open
 * consistency, nfs(5)). Errors are left to those who read the directories.
 */
export async function refreshFolders(
  disk: Disk,
  roots: readonly string[],
  paths: readonly string[],
): Promise<void> {
  for (const folder of foldersOf(
    roots.map((root) => resolve(root)),
    paths,
  )) {
    const handle = await disk.open(folder, 'r').catch(() => null);
    await handle?.close();
  }
}

function foldersOf(roots: readonly string[], paths: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    let folder = dirname(resolve(path));
    while (!folders.has(folder) && roots.some((root) => `${folder}/`.startsWith(`${root}/`))) {
      folders.add(folder);
      folder = dirname(folder);
    }
  }
  return [...folders].sort();
}
