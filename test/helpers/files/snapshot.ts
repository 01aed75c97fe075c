import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../../src/core/hash.ts';

/** Returns a line with path, kind, owner, mode and content for everything below a directory, to detect changes. */
export async function snapshot(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(names.sort().map(async (name) => `${name} ${await describe(join(folder, name))}`));
}

async function describe(path: string): Promise<string> {
  const stats = await lstat(path);
  const rights = `${stats.uid}:${stats.gid} ${(stats.mode & 0o7777).toString(8)}`;
  if (stats.isSymbolicLink()) return `${rights} -> ${await readlink(path)}`;
  return stats.isFile() ? `${rights} ${sha256Hex(await readFile(path, 'latin1'))}` : `${rights} folder`;
}
