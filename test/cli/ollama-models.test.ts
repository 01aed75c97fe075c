import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyOllamaEmbedder } from '../hub/ollama/tiny-models.ts';

let dir = '';
let hub: Hub;
beforeEach(async () => {
  dir = tempFolder();
  hub = await startHub({ ollama: { 'me/embed:q4': tinyOllamaEmbedder() } });
  onTestFinished(() => hub.close());
});

const rma = (args: readonly string[], env: Record<string, string> = {}) =>
  runRma([...args, '--dest', join(dir, 'store')], {
    cwd: dir,
    env: { HOME: dir, RMA_OLLAMA_ENDPOINT: hub.endpoint, ...env },
  });

it('[req L10] [req R04] [req R43] [req R49] pulls, lists and locates an Ollama model in the native store', async () => {
  const ref = 'ollama:me/embed:q4';
  const before = await rma(['models', 'ls', ref, '--json']);
  expect(JSON.parse(before.stdout)).toMatchObject({
    models: [
      {
        name: 'me/embed:q4',
        ref,
        source: 'ollama',
        resolved: expect.stringMatching(/^ollama:registry\.ollama\.ai\/me\/embed:q4@sha256:[0-9a-f]{64}$/),
        state: 'missing',
      },
    ],
  });
  expect(await rma(['models', 'pull', ref, '--quiet'])).toMatchObject({ exitCode: 0 });
  const manifest = join(dir, 'store/ollama/manifests/registry.ollama.ai/me/embed/q4');
  expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ schemaVersion: 2 });
  const listed = await rma(['models', 'ls', ref]);
  expect(listed.stdout).toMatch(/^me\/embed:q4 +present +[\d.]+ KiB +4 .*ollama:me\/embed:q4$/m);
  const path = await rma(['models', 'path', ref]);
  expect(path).toMatchObject({
    stdout: `${join(dir, 'store/ollama')}\n`,
    stderr: expect.not.stringContaining('warning'),
  });
  hub.log.clear();
  expect(await rma(['models', 'pull', ref, '--quiet'])).toMatchObject({ exitCode: 0 });
  expect(hub.log.contentRequests()).toEqual([]);
});

it('prints no path of a model that a store lacks, or has in part', async () => {
  mkdirSync(join(dir, 'store'));
  const fault = { exitCode: 1, code: 'RMA_MODEL_NOT_STORED' };
  const hint = `rma models pull me/embed:q4 --dest ${join(dir, 'store')}`;
  const path = () => rma(['models', 'path', 'ollama:me/embed:q4', '--progress', 'none']);
  const words = [`${join(dir, 'store')} does not contain me/embed:q4`, hint];
  expectFault(await path(), { ...fault, words });
  await rma(['models', 'pull', 'ollama:me/embed:q4', '--quiet']);
  const [blob = ''] = readdirSync(join(dir, 'store/ollama/blobs'));
  rmSync(join(dir, 'store/ollama/blobs', blob));
  expectFault(await path(), { ...fault, words: ['does not contain all files of me/embed:q4', hint] });
});

it('prints the path of a model that another program has downloaded', async () => {
  const ref = 'ollama:me/embed:q4';
  await rma(['models', 'pull', ref, '--quiet']);
  rmSync(join(dir, 'store/.rma'), { recursive: true });
  const path = await rma(['models', 'path', ref, '--progress', 'none']);
  expect(path).toMatchObject({ exitCode: 0, stdout: `${join(dir, 'store/ollama')}\n`, stderr: '' });
});

it('names a model whose registry cannot be reached', async () => {
  const refs = ['ollama:me/embed:q4', 'ollama:127.0.0.1:1/me/tiny'];
  const listed = await rma(['models', 'ls', ...refs]);
  expect(listed).toMatchObject({ exitCode: 8, stdout: expect.stringContaining('me/embed:q4') });
  expect(listed.stderr).toMatch(/^warning: ollama:127\.0\.0\.1:1\/me\/tiny: .*127\.0\.0\.1:1/m);
});

it('reports a missing model', async () => {
  expectFault(await rma(['models', 'pull', 'ollama:me/absent', '--quiet', '--json']), {
    exitCode: 1,
    code: 'RMA_HUB_NOT_FOUND',
    json: true,
  });
});
