import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { startOllama } from '../helpers/judges/ollama-server.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { flipByte, repairStore, verifyStore } from '../helpers/store/verify-fixture.ts';
import { type Hub, type HubOptions, startHub } from '../hub/hub.ts';
import { tinyOllamaChat } from '../hub/ollama/tiny-models.ts';
import { tinySafetensors } from '../standins/tiny-safetensors.ts';

const files = {
  'config.json': '{}',
  'model.safetensors': { content: tinySafetensors(), lfs: true },
};

async function hubWith(options: HubOptions): Promise<Hub> {
  const hub = await startHub(options);
  onTestFinished(() => hub.close());
  return hub;
}

const CLEAN = { problems: [], unread: 0, withoutHash: 0 };

/** Flips a byte of a file, and expects that it is found, named, and downloaded alone. */
async function expectRepair(root: string, hub: Hub, place: string): Promise<void> {
  flipByte(join(root, place));
  const found = await verifyStore(root, { deep: true });
  expect(found.problems).toMatchObject([{ path: place, kind: 'content' }]);
  hub.log.clear();
  expect(await repairStore(root, hub.endpoint)).toMatchObject({
    problems: [{ path: place, outcome: 'repaired' }],
    exitCode: 0,
  });
  expect(hub.log.contentRequests()).toHaveLength(1);
  expect(await verifyStore(root, { deep: true })).toMatchObject(CLEAN);
}

function largest(folder: string): string {
  return readdirSync(folder).find((name) => /^(sha256-)?[0-9a-f]{64}$/.test(name)) ?? '';
}

describe.each(['hf1', 'hf2'] as const)('a cache that the real %s filled', (judge) => {
  it('[fail C4] verifies clean, and is accepted by it after a repair of one flipped byte', async () => {
    const hub = await hubWith({ repos: { 'org/model': { files } } });
    const root = judgeHome();
    const env = { HOME: root, HF_HOME: join(root, 'huggingface'), HF_ENDPOINT: hub.endpoint };
    const hf = async (...args: readonly string[]) => runJudge(judge, ['hf', ...args], env);
    expect(await hf('download', 'org/model')).toMatchObject({ code: 0 });
    expect(await verifyStore(root)).toMatchObject({ problems: [] });
    expect(await verifyStore(root, { deep: true })).toMatchObject(CLEAN);
    const blobs = 'huggingface/hub/models--org--model/blobs';
    const place = `${blobs}/${largest(join(root, blobs))}`;
    flipByte(join(root, place));
    expect((await hf('cache', 'verify', 'org/model')).code).not.toBe(0);
    flipByte(join(root, place));
    await expectRepair(root, hub, place);
    const strict = ['--fail-on-missing-files', '--fail-on-extra-files'];
    expect(await hf('cache', 'verify', 'org/model', ...strict)).toMatchObject({ code: 0 });
  });
});

it('[fail C4] the real Ollama runs a model of its own store after a repair of one flipped byte', async () => {
  const hub = await hubWith({ ollama: { 'library/tiny:latest': tinyOllamaChat() } });
  const root = judgeHome();
  const fetcher = testFetcher(root, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('ollama:tiny')]);
  const server = await startOllama(join(root, 'ollama'), { env: { OLLAMA_NOPRUNE: '1' } });
  // a model that Ollama itself wrote, without a receipt of rma
  await server.ollama('cp', 'tiny', 'copy');
  expect(existsSync(join(root, 'ollama/manifests/registry.ollama.ai/library/copy/latest'))).toBe(true);
  expect(await verifyStore(root, { deep: true })).toMatchObject(CLEAN);
  const weights = (await fetcher.resolve('ollama:tiny')).files.reduce((a, b) => (a.bytes > b.bytes ? a : b));
  await expectRepair(root, hub, `ollama/blobs/${weights.path}`);
  const answer = await server.post('/api/generate', { model: 'copy', prompt: 'What is it?', stream: false });
  expect(answer).toMatchObject({ done: true });
});

it('[fail C4] the real ModelScope SDK accepts a directory after a repair of one flipped byte', async () => {
  const hub = await hubWith({ repos: { 'org/model': { files } } });
  const root = judgeHome();
  const folder = join(root, 'modelscope/org/model');
  const code =
    'import sys; from modelscope import snapshot_download; snapshot_download("org/model", local_dir=sys.argv[1])';
  const env = { HOME: root, MODELSCOPE_ENDPOINT: hub.endpoint };
  expect(await runJudge('modelscope', ['python', '-c', code, folder], env)).toMatchObject({ code: 0 });
  expect(await verifyStore(root, { deep: true })).toMatchObject({ problems: [], withoutHash: 2 });
  const fetcher = testFetcher(root, hub.endpoint);
  expect(await fetcher.fetch([await fetcher.resolve('ms:org/model')])).toMatchObject([{ fetchedBytes: 0 }]);
  expect(await verifyStore(root, { deep: true })).toMatchObject(CLEAN);
  await expectRepair(root, hub, 'modelscope/org/model/model.safetensors');
  const strict = ['--local-dir', folder, '--fail-on-missing-files', '--fail-on-extra-files'];
  expect(
    await runJudge('modelscope', ['modelscope', 'cache', 'verify', 'org/model', ...strict], env),
  ).toMatchObject({
    code: 0,
  });
});
