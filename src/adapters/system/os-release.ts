import { readFile } from 'node:fs/promises';

/**
 * Returns the name and version of the distribution: `PRETTY_NAME` of the first of these files that exists; null without
 * one. Format: man 5 os-release.
 */
export async function readOsName(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return prettyName(text);
  }
  return null;
}

function prettyName(text: string): string | null {
  const value = /^PRETTY_NAME=(.*)$/m.exec(text)?.[1]?.trim() ?? '';
  const unquoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return unquoted.replaceAll(/\\([\\"'$`])/g, '$1') || null;
}
