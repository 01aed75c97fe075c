import { readFile } from 'node:fs/promises';
import { osName } from '../../core/os-name.ts';

/**
 * Returns the name and version of the distribution: `PRETTY_NAME` of the first of these files that exists; null without
 * one. Format: man 5 os-release.
 */
export async function readOsName(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return osName(text);
  }
  return null;
}
