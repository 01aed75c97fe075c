import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The first file of one of these names, in the folder or the nearest one above it; null when there is none up to the root. */
export async function findUpwards(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    const path = join(folder, name);
    if (await isFile(path)) return path;
  }
  const parent = dirname(folder);
  return parent === folder ? null : findUpwards(parent, names);
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
