import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';

it.each([
  ['models', 'ls', '--stored'],
  ['models', 'du'],
  ['models', 'show', 'hf:org/name'],
  ['models', 'path', 'hf:org/name'],
  ['models', 'verify'],
  ['models', 'repair'],
  ['models', 'rm', 'hf:org/name', '--yes'],
  ['models', 'bundle', 'export', 'bundle.tar', 'hf:org/name'],
  ['cache', 'df'],
  ['cache', 'ls'],
  ['cache', 'prune'],
  ['cache', 'prune', '--dry-run'],
  ['cache', 'undo'],
  ['cache', 'pin', 'hf:org/name'],
  ['cache', 'unpin', 'hf:org/name'],
  ['cache', 'schedule', 'install'],
  ['cache', 'schedule', 'run'],
])('rma %s %s rejects a --dest that is no directory, and creates nothing', async (...argv) => {
  const dir = tempFolder();
  writeFileSync(join(dir, 'file'), '');
  const rma = (dest: string) => runRma([...argv, '--dest', dest], { cwd: dir, env: { HOME: dir } });
  const fault = { exitCode: 2, code: 'RMA_USAGE_NO_FOLDER' };
  expectFault(await rma('typo'), { ...fault, words: [`${join(dir, 'typo')} does not exist`, '--dest'] });
  expectFault(await rma('file'), { ...fault, words: [`${join(dir, 'file')} is not a directory`] });
  expect(readdirSync(dir)).toEqual(['file']);
});

it('the commands in hints are for the same store and project', async () => {
  const dir = tempFolder();
  const dest = join(dir, 'my models');
  mkdirSync(dest);
  const rma = (...argv: readonly string[]) => runRma(argv, { cwd: dir, env: { HOME: dir } });
  const list = `rma models ls --stored --dest '${dest}'`;
  const missing = { exitCode: 1, code: 'RMA_MODEL_NOT_FOUND' };
  for (const verb of ['show', 'rm', 'verify'])
    expectFault(await rma('models', verb, 'hf:org/name', '--dest', dest), { ...missing, words: [list] });
  expectFault(await rma('models', 'show', 'hf:org/name', '--dest', dest, '--project', 'demo'), {
    ...missing,
    words: [`${list} --project demo`],
  });
  const { stderr } = await rma('models', 'show', 'hf:org/name', '--dest', dest, '--json');
  expect(JSON.parse(stderr)).toMatchObject({ error: { hint: expect.stringContaining(list) } });
});

it.each([
  ['models bundle export out --dest my', 'download models first: rma models pull MODEL --dest my'],
  ['models pull hf:org/name --offline --dest my', 'rma models pull hf:org/name --dest my, or run without'],
  ['models rm hf:org/name --dest missing', 'to create one: rma models pull MODEL --dest missing'],
])('the hint of rma %s is for the same store', async (line, hint) => {
  const dir = tempFolder();
  mkdirSync(join(dir, 'my'));
  const { stderr } = await runRma([...line.split(' '), '--json'], { cwd: dir, env: { HOME: dir } });
  expect(JSON.parse(stderr).error.hint).toContain(hint);
});

it.each([
  ['models', 'verify', '--deep'],
  ['models', 'repair'],
  ['models', 'ls', '--stored'],
  ['models', 'du'],
  ['models', 'show', 'hf:org/name'],
  ['cache', 'df'],
  ['cache', 'ls'],
  ['cache', 'prune'],
  ['cache', 'prune', '--dry-run'],
  ['cache', 'undo'],
  ['cache', 'unpin', 'hf:org/name'],
])('rma %s %s warns once about a directory that is not a store', async (...argv) => {
  const dir = tempFolder();
  const rma = (...options: readonly string[]) =>
    runRma([...argv, '--dest', 'empty', ...options], { cwd: dir });
  mkdirSync(join(dir, 'empty'));
  const { stderr, exitCode } = await rma();
  expect(stderr.split(`${join(dir, 'empty')} is not a store`)).toHaveLength(2);
  const json = await rma('--json');
  const { warnings } = JSON.parse(json.stdout === '' ? json.stderr : json.stdout);
  expect(warnings).toMatchObject([{ code: 'RMA_STORE_NOT_FOUND' }]);
  mkdirSync(join(dir, 'empty/gguf'));
  const store = await rma();
  expect(store.stderr).not.toContain('is not a store');
  expect(store.exitCode).toBe(exitCode);
});

it('rma cache pin warns about a directory that was not a store before', async () => {
  const dir = tempFolder();
  mkdirSync(join(dir, 'empty'));
  const pin = () => runRma(['cache', 'pin', 'hf:org/name', '--dest', 'empty'], { cwd: dir });
  expect((await pin()).stderr.split(`${join(dir, 'empty')} is not a store`)).toHaveLength(2);
  expect((await pin()).stderr).not.toContain('is not a store');
});
