import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT, runProgram } from './engine-script.ts';

const SOURCES = ['src', 'compose', 'profiles', 'scripts/build', 'scripts/build.mjs', 'package.json'];

/** Builds rma if the build is missing or older than its sources. Throws when that fails. */
export async function buildIfOld(): Promise<void> {
  const made = await newest('dist/cli/main.js').catch(() => 0);
  const changed = await Promise.all(SOURCES.map(newest));
  if (Math.max(...changed) <= made) return;
  const { code, stdout, stderr } = await runProgram('npm', ['run', 'build']);
  if (code !== 0) throw new Error(`npm run build failed (${code}):\n${stdout}${stderr}`);
}

/** Returns the last modification time of a file, or of any file below a directory. */
async function newest(path: string): Promise<number> {
  const place = join(CHECKOUT, path);
  const facts = await stat(place);
  if (!facts.isDirectory()) return facts.mtimeMs;
  const times = await Promise.all((await readdir(place)).map(async (name) => newest(join(path, name))));
  return Math.max(0, ...times);
}
