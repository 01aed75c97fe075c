import { existsSync, linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { COMMIT, ollamaManifest, plantFile, plantSnapshot, sha } from '../helpers/store/foreign-store.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

const SNAPSHOT = `huggingface/hub/models--org--name/snapshots/${COMMIT}`;
const A = 'ollama/manifests/registry.ollama.ai/library/a/latest';

let dir = '';
let store = '';
beforeEach(async () => {
  dir = tempFolder();
  store = join(dir, 'store');
  plantSnapshot(store, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'x.json': sha('2') });
  plantFile(store, 'huggingface/hub/models--org--name/refs/main', COMMIT);
  for (const digit of ['3', '4', '5']) plantFile(store, `ollama/blobs/sha256-${sha(digit)}`, 'x'.repeat(75));
  plantFile(store, A, ollamaManifest([sha('3')], sha('4')));
  plantFile(
    store,
    'ollama/manifests/registry.ollama.ai/library/b/latest',
    ollamaManifest([sha('3')], sha('5')),
  );
  await testStore(store).prepare();
  await testStore(store).recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:b'] });
});

const rma = (...argv: readonly string[]) =>
  runRma(['models', 'rm', ...argv, '--dest', store], { cwd: dir, env: { HOME: dir } });

it('shows in a dry run what would be freed and what stays, and changes nothing', async () => {
  expect(await rma('ollama:a', '--dry-run')).toMatchObject({
    exitCode: 0,
    stdout: 'ollama:a: would be removed\nTo free: 75 B; 75 B kept: used by ollama:b.\n',
  });
  expect(existsSync(join(store, A))).toBe(true);
});

it('prompts before it removes anything', async () => {
  expectFault(await rma('hf:org/name'), {
    code: 'RMA_USAGE_NOT_CONFIRMED',
    exitCode: 2,
    words: ['hf:org/name (150 B)', '--yes'],
  });
  expect(existsSync(join(store, SNAPSHOT))).toBe(true);
});

it('removes several models, and reports them as JSON', async () => {
  const { stdout, exitCode } = await rma('org/name', A, '--yes', '--json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'rma.models-rm/v1',
    dryRun: false,
    models: [{ reference: 'hf:org/name' }, { reference: 'ollama:a' }],
    freedBytes: 225,
    keptBytes: 75,
  });
  expect((await testStore(store).inventory()).models.map(({ references }) => references[0])).toEqual([
    'ollama:b',
  ]);
});

it.each([
  { what: 'a model that a worker needs', names: ['ollama:b'], code: 'RMA_MODEL_NEEDED', exitCode: 3 },
  { what: 'a model that is not stored', names: ['ollama:c'], code: 'RMA_MODEL_NOT_FOUND', exitCode: 1 },
  { what: 'a part of a model', names: ['hf:org/name:w.gguf'], code: 'RMA_MODEL_PART', exitCode: 2 },
  { what: 'no model', names: [], code: 'RMA_USAGE_INVALID', exitCode: 2 },
])('refuses $what, and removes nothing', async ({ names, code, exitCode }) => {
  expectFault(await rma(...names, '--yes'), { code, exitCode });
  expect((await testStore(store).inventory()).models).toHaveLength(3);
});

it('names the models that are pinned, and reports that their pins stay', async () => {
  const pin = ['cache', 'pin', 'hf:org/name', '--dest', store];
  expect(await runRma(pin, { cwd: dir, env: { HOME: dir } })).toMatchObject({ exitCode: 0 });
  expectFault(await rma('hf:org/name'), {
    code: 'RMA_USAGE_NOT_CONFIRMED',
    exitCode: 2,
    words: ['hf:org/name [pinned] (150 B)'],
  });
  expect(await rma('hf:org/name', 'ollama:a', '--yes')).toMatchObject({
    exitCode: 0,
    stdout: [
      'hf:org/name: removed; still pinned for its next download',
      'ollama:a: removed',
      'Freed: 225 B; 75 B kept: used by ollama:b.',
      '',
    ].join('\n'),
  });
});

it('reports the content that other hard links keep', async () => {
  linkSync(join(store, 'ollama/blobs', `sha256-${sha('4')}`), join(dir, 'copy'));
  expect(await rma('ollama:a', '--yes')).toMatchObject({
    exitCode: 0,
    stdout:
      'ollama:a: removed\nFreed: 0 B; 75 B kept: used by ollama:b; 75 B not freed: other hard links to the files.\n',
  });
});

it('names the links of the user to a model, before and after its removal', async () => {
  symlinkSync(SNAPSHOT, join(store, 'mine'));
  expectFault(await rma('hf:org/name'), {
    code: 'RMA_USAGE_NOT_CONFIRMED',
    exitCode: 2,
    words: ['hf:org/name [link to it: mine] (150 B)'],
  });
  expect(await rma('hf:org/name', '--yes')).toMatchObject({
    exitCode: 0,
    stdout: 'hf:org/name: removed; link to it: mine\nFreed: 150 B.\n',
  });
});

it('removes a needed model with --force', async () => {
  expect(await rma('ollama:b', '--yes', '--force')).toMatchObject({ exitCode: 0 });
});
