import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { FakeTerminal } from '../helpers/cli/fake-terminal.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import {
  COMMIT,
  OTHER,
  ollamaManifest,
  plantFile,
  plantSnapshot,
  sha,
} from '../helpers/store/foreign-store.ts';
import { testStore } from '../helpers/store/store-fixture.ts';

let dir = '';
let store = '';
beforeEach(async () => {
  dir = tempFolder();
  store = join(dir, 'store');
  plantSnapshot(store, { repo: 'org/name', commit: COMMIT }, { 'w.gguf': sha('1'), 'x.json': sha('2') });
  plantSnapshot(store, { repo: 'org/name', commit: OTHER }, { 'w.gguf': sha('1') });
  plantFile(store, 'huggingface/hub/models--org--name/refs/main', COMMIT);
  for (const digit of ['3', '4', '5']) plantFile(store, `ollama/blobs/sha256-${sha(digit)}`, 'x'.repeat(75));
  plantFile(
    store,
    'ollama/manifests/registry.ollama.ai/library/a/latest',
    ollamaManifest([sha('3')], sha('4')),
  );
  plantFile(
    store,
    'ollama/manifests/registry.ollama.ai/library/b/latest',
    ollamaManifest([sha('3')], sha('5')),
  );
  plantFile(store, 'notes.txt', 'notes');
  await testStore(store).prepare();
  await testStore(store).recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:a'] });
});

const rma = (...argv: readonly string[]) =>
  runRma([...argv, '--dest', store], { cwd: dir, env: { HOME: dir, HF_ENDPOINT: 'http://hub.invalid' } });

it('shows the usage by source, with shared content once, and what no worker needs', async () => {
  const { stdout } = await rma('models', 'du', '--json');
  expect(JSON.parse(stdout)).toEqual({
    schema: 'rma.store-usage/v1',
    rows: [
      { type: 'hf models', count: 2, needed: 0, bytes: 150, reclaimableBytes: 150 },
      { type: 'ollama models', count: 2, needed: 1, bytes: 225, reclaimableBytes: 75 },
      { type: 'partial downloads', count: 0, needed: null, bytes: 0, reclaimableBytes: 0 },
      { type: 'content without a model', count: 0, needed: null, bytes: 0, reclaimableBytes: 0 },
      { type: 'unknown files', count: 1, needed: null, bytes: 5, reclaimableBytes: null },
    ],
    totalBytes: expect.any(Number),
  });
  const { stdout: text } = await rma('models', 'du');
  expect(text).toMatch(/^ollama models +2 +1 +225 B +75 B$/m);
  expect(text).toMatch(/^Total: [\d.]+ (B|KiB)\.\n$/m);
});

it('shows the files of a model by any of its names, whatever the case', async () => {
  for (const name of ['hf:org/name', 'org/name', 'hf:ORG/Name', `hf:org/name@${COMMIT}`]) {
    const { stdout } = await rma('models', 'show', name);
    expect(stdout).toMatch(/^Reference: +hf:org\/name$/m);
    expect(stdout).toMatch(/^Size: +150 B, 75 B of it shared with other models$/m);
    expect(stdout).toMatch(new RegExp(`^w.gguf +75 B +no +yes +sha256:${sha('1')}$`, 'm'));
  }
  const { stdout } = await rma('models', 'show', 'ollama:a', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'rma.stored-model/v1',
    models: [{ reference: 'ollama:a', sharedBytes: 75, neededBy: [{ project: 'demo', profile: 'chat' }] }],
  });
});

it('names the stored commits of a repository if it has no such one', async () => {
  expectFault(await rma('models', 'show', 'hf:org/name@v2'), {
    code: 'RMA_MODEL_NOT_FOUND',
    exitCode: 1,
    words: ['model hf:org/name@v2 not found in the store', `hf:org/name@${OTHER}`],
  });
  expectFault(await rma('models', 'show', 'what?'), { code: 'RMA_MODEL_NOT_FOUND', exitCode: 1 });
});

it('keeps the names of split files on a narrow terminal', async () => {
  const files = [1, 2].map((part) => `model-0000${part}-of-00002-instruct.safetensors`);
  const [one = '', two = ''] = files;
  plantSnapshot(store, { repo: 'org/split', commit: COMMIT }, { [one]: sha('6'), [two]: sha('7') });
  const terminal = new FakeTerminal(80);
  const { stderr } = await runRma(['models', 'show', `hf:org/split@${COMMIT}`, '--dest', store], {
    cwd: dir,
    env: { HOME: dir, NO_COLOR: '1' },
    terminal,
  });
  for (const name of files) expect(terminal.screen, stderr).toContain(`${name}  `);
});
