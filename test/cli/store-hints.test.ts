import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { ollamaManifest, plantFile } from '../helpers/store/foreign-store.ts';
import { sha256 } from '../helpers/store/model-server.ts';
import { testFetcher, testStore } from '../helpers/store/store-fixture.ts';
import { flipByte } from '../helpers/store/verify-fixture.ts';
import { startHub } from '../hub/hub.ts';

const BLOB = Buffer.alloc(75, 'x');
const PLACE = `ollama/blobs/sha256-${sha256(BLOB)}`;

let dir = '';
let store = '';
beforeEach(() => {
  dir = tempFolder();
  store = join(dir, 'store');
  plantFile(store, PLACE, BLOB);
  plantFile(
    store,
    'ollama/manifests/registry.ollama.ai/library/a/latest',
    ollamaManifest([sha256(BLOB)], sha256(BLOB)),
  );
});

const large = (seed: number) => ({ content: Buffer.alloc(5000, seed), lfs: true });

/** Without Docker and a project. */
const rma = (...argv: readonly string[]) =>
  runRma(argv, {
    cwd: dir,
    env: {
      HOME: dir,
      PATH: dir,
      DOCKER_HOST: 'unix:///nowhere',
    },
  });

it.each([[['models', 'pull', '--dest', 'models']], [['models', 'pull']]])(
  '%j without a project names a model or all',
  async (argv) => {
    const { stderr } = await rma(...argv);
    expect(stderr).toMatch(/hint: name a MODEL or `all`/);
  },
);

it.each([
  ['models ls', 'models', 'ls'],
  ['models import', 'models', 'import'],
  ['cache ls', 'cache', 'ls'],
  ['cache prune', 'cache', 'prune'],
])('%s without Docker offers a store in a directory', async (_, ...argv) => {
  const { stderr } = await rma(...argv);
  expect(stderr).toContain('code: RMA_DOCKER_');
  expect(stderr).toMatch(/hint: .*--dest DIR/);
});

it.each([
  ['ps', 'ps'],
  ['models ls --service', 'models', 'ls', '--service', 'vllm-vllm'],
])('%s without Docker offers no directory', async (_, ...argv) => {
  const { stderr } = await rma(...argv);
  expect(stderr).toContain('code: RMA_DOCKER_');
  expect(stderr).not.toContain('--dest');
});

it.each([
  ['models repair', 'models', 'repair'],
  ['models path', 'models', 'path', 'hf:a/b'],
])('%s offline suggests a pull to the same store', async (_, ...argv) => {
  flipByte(join(store, PLACE));
  const { stderr } = await rma(...argv, '--dest', store, '--offline');
  expect(stderr).toMatch(new RegExp(`run rma models pull \\S+ --dest ${store},`));
});

it('models rm of a needed model names the command that releases it', async () => {
  for (const name of ['staging', 'projects']) mkdirSync(join(store, '.rma', name), { recursive: true });
  await testStore(store).recordNeeds({ host: 'box', project: 'demo', profile: 'chat', refs: ['ollama:a'] });
  const { stderr } = await rma('models', 'rm', 'ollama:a', '--dest', store, '--yes');
  expect(stderr).toContain('code: RMA_MODEL_NEEDED');
  expect(stderr).toMatch(/hint: .*rma down --forget/);
});

it('a failed repair prints its reason once for each model, however many files have it', async () => {
  const hub = await startHub({ repos: { 'org/two': { files: { 'a.bin': large(1), 'b.bin': large(2) } } } });
  onTestFinished(() => hub.close());
  const fetcher = testFetcher(store, hub.endpoint);
  const model = await fetcher.resolve('hf:org/two');
  await fetcher.fetch([model]);
  for (const { digest } of model.files)
    flipByte(join(store, `huggingface/hub/models--org--two/blobs/${digest?.hex}`));
  const empty = await startHub();
  onTestFinished(() => empty.close());
  const { stdout } = await runRma(['models', 'repair', 'hf:org/two', '--dest', store], {
    cwd: dir,
    env: { HOME: dir, HF_ENDPOINT: empty.endpoint },
  });
  expect(stdout.match(/mismatch: .*; failed$/gm)).toHaveLength(2);
  expect(stdout.match(/^hf:org\/two.*: not repaired: /gm)).toHaveLength(1);
});
