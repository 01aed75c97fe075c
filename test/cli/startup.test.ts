import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { builtRma, run } from '../helpers/cli/spawn-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

/** Returns the names of the files that a command loads, without the hashes in them. */
async function filesLoaded(...args: readonly string[]): Promise<readonly string[]> {
  const coverage = tempFolder();
  const { exitCode, stderr } = await run(builtRma(...args), { env: { NODE_V8_COVERAGE: coverage } });
  expect([exitCode, stderr]).toEqual([0, '']);
  const scripts = readdirSync(coverage).flatMap((name): readonly { readonly url: string }[] => {
    return JSON.parse(readFileSync(join(coverage, name), 'utf8')).result;
  });
  return scripts
    .filter(({ url }) => url.startsWith('file:'))
    .map(({ url }) => basename(url).replace(/-[A-Z0-9]{8}\.js$/, ''));
}

it('loads few files for a command, and no clients that it does not need', async () => {
  const files = await filesLoaded('models', 'ls', '--dest', tempFolder(), '--json');
  expect(files.filter((name) => name !== 'chunk').sort()).toEqual(['lazy-modules', 'main.js']);
  expect(files.length).toBeLessThanOrEqual(16);
});

it('loads no command to print the version', async () => {
  const files = await filesLoaded('--version');
  expect(files.filter((name) => name !== 'chunk')).toEqual(['main.js']);
});
