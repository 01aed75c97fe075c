import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Returns the first path with one of these names in the directory or its nearest parent, whatever it is unless it is a
 * directory; null if none exists up to the root.
 */
export async function findUpwards(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && !found.isDirectory()) return path;
  }
  const parent = dirname(folder);
  return parent === folder ? null : findUpwards(parent, names);
}

/** Returns whether the path is a file, links followed. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

/** Returns whether the path is a directory, links followed. */
export async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}

/** Returns whether two paths lead to the same file, links followed. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => null)));
  return first != null && second != null && first.dev === second.dev && first.ino === second.ino;
}
