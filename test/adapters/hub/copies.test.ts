import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { hubSources } from '../../../src/adapters/hub/hub-source.ts';
import { HttpTransfer } from '../../../src/adapters/store/transfer/transfer.ts';
import { fetchModels } from '../../../src/app/fetch/fetch-models.ts';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { JumpingClock } from '../../helpers/clock/jumping-clock.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { testStore, testUses } from '../../helpers/store/store-fixture.ts';
import { quick, testHttp } from '../../helpers/store/test-http.ts';
import { patternContent } from '../../hub/content.ts';
import { startHub } from '../../hub/hub.ts';
import type { FileSpecs } from '../../hub/repos.ts';

const FILES: FileSpecs = {
  'config.json': '{"model_type": "llama"}',
  'sub/model.safetensors': { content: patternContent(300_000), lfs: true },
};

/** The Hugging Face hub and ModelScope, each on a server of its own, and a store. */
async function setUp(
  order: readonly string[],
  { hf = FILES, ms = FILES }: { readonly hf?: FileSpecs; readonly ms?: FileSpecs } = {},
) {
  const huggingface = await startHub({ repos: { 'org/name': { files: hf } }, tokens: { hf_secret_1: 'me' } });
  const modelscope = await startHub({ repos: { 'org/name': { files: ms } } });
  onTestFinished(async () => {
    await huggingface.close();
    await modelscope.close();
  });
  const http = testHttp();
  const sources = hubSources({
    http,
    clock: new JumpingClock(),
    random: () => 0,
    endpoints: { hf: huggingface.endpoint, ms: modelscope.endpoint },
    order,
    environment: {},
    hubToken: () => 'hf_secret_1',
  });
  const root = join(tempFolder(), 'store');
  const pull = async (text: string) => {
    const ref = parseModelRef(text);
    const source = sources.find((each) => each.source === ref.source);
    if (source === undefined) throw new Error(text);
    const model = await source.resolve(ref);
    const [result] = await fetchModels([model], {
      store: testStore(root),
      uses: testUses(root),
      sources,
      transfer: new HttpTransfer({ ...quick, http }),
      clock: systemClock,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    return result;
  };
  const sent = (hub: typeof modelscope) =>
    hub.log.contentRequests().reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  return { huggingface, modelscope, root, pull, sent };
}

const SNAPSHOT = (commit: string) =>
  `huggingface/hub/models--org--name/snapshots/${commit}/sub/model.safetensors`;

describe('files of a repository with the sources hf and ms', () => {
  test('come from the first, and from the other one only if it is down', async () => {
    const { huggingface, modelscope, root, pull, sent } = await setUp(['hf', 'ms']);
    expect(await pull('hf:org/name')).toMatchObject({ state: 'present' });
    expect(sent(modelscope)).toBe(0);
    const down = await setUp(['hf', 'ms']);
    down.huggingface.faults.add({ kind: 'status', path: '*/resolve/*', status: 503 });
    expect(await down.pull('hf:org/name')).toMatchObject({ state: 'present' });
    expect(down.sent(down.modelscope)).toBe(300_023);
    // the layout is that of the reference, whatever source sent the bytes
    for (const [hub, at] of [[huggingface, root] as const, [down.huggingface, down.root] as const])
      expect(existsSync(join(at, SNAPSHOT(hub.commit('org/name').sha)))).toBe(true);
  });

  test('[req K02] come from the preferred one, in the layout of the reference', async () => {
    const { huggingface, modelscope, root, pull, sent } = await setUp(['ms', 'hf']);
    expect(await pull('hf:org/name')).toMatchObject({ state: 'present', fetchedBytes: 300_023 });
    expect([sent(huggingface), sent(modelscope)]).toEqual([0, 300_023]);
    expect(existsSync(join(root, SNAPSHOT(huggingface.commit('org/name').sha)))).toBe(true);
    expect(modelscope.log.entries().some(({ authorized }) => authorized)).toBe(false);
  });

  test('of ModelScope may come from the Hugging Face hub', async () => {
    const { huggingface, pull, sent, root } = await setUp(['hf', 'ms']);
    expect(await pull('ms:org/name')).toMatchObject({ state: 'present' });
    expect(sent(huggingface)).toBe(300_023);
    expect(existsSync(join(root, 'modelscope/org/name/sub/model.safetensors'))).toBe(true);
  });

  test.each([
    ['lacks the file', { 'config.json': '{"model_type": "llama"}' }],
    [
      'has another file of the name and size',
      { ...FILES, 'sub/model.safetensors': patternContent(300_000, 7) },
    ],
    ['has a longer file of the name', { ...FILES, 'sub/model.safetensors': patternContent(400_000) }],
  ] as const)('come from the other one if the preferred one %s', async (_, ms) => {
    const { huggingface, pull, sent } = await setUp(['ms', 'hf'], { ms });
    expect(await pull('hf:org/name')).toMatchObject({ state: 'present' });
    expect(sent(huggingface)).toBeGreaterThanOrEqual(300_000);
  });

  test('fail with the fault of their own source if the other one has nothing either', async () => {
    const { huggingface, pull } = await setUp(['hf', 'ms'], { ms: { 'other.txt': 'x' } });
    huggingface.faults.add({ kind: 'status', path: '*/resolve/*', status: 503 });
    expect(await pull('hf:org/name')).toMatchObject({ state: 'failed', error: { code: 'RMA_HUB_BUSY' } });
  });

  test('come from their own source alone without an order', async () => {
    const { huggingface, modelscope, pull } = await setUp([]);
    huggingface.faults.add({ kind: 'status', path: '*/resolve/*', status: 503 });
    expect(await pull('hf:org/name')).toMatchObject({ state: 'failed' });
    expect(modelscope.log.entries()).toEqual([]);
  });
});
