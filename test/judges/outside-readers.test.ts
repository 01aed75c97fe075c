import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { modelVersion } from '../../src/core/source/describe-model.ts';
import { judgeHome } from '../helpers/judges/judges.ts';
import { OUTSIDE_READERS, type OutsideReader, type ReadStore } from '../helpers/judges/outside-readers.ts';
import { exported, imported } from '../helpers/store/bundle-fixture.ts';
import { clockAhead, KEEP_30_DAYS, noWait, testCache } from '../helpers/store/cache-fixture.ts';
import { importAll } from '../helpers/store/import-fixture.ts';
import { pullFromPeers } from '../helpers/store/pull-from-peers.ts';
import { serveFolder, testPeer } from '../helpers/store/served-store.ts';
import { testFetcher, testStore } from '../helpers/store/store-fixture.ts';
import { flipByte, repairStore, verifyStore } from '../helpers/store/verify-fixture.ts';
import { type Hub, startHub } from '../hub/hub.ts';
import { tinyOllamaChat } from '../hub/ollama/tiny-models.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';
import { tinySafetensors } from '../standins/tiny-safetensors.ts';

const gguf = tinyGguf();
const weights = { content: tinySafetensors(), lfs: true };
const config = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: 64,
  intermediate_size: 128,
  num_attention_heads: 4,
  num_hidden_layers: 2,
  vocab_size: 3,
};
const tokenizer = {
  version: '1.0',
  pre_tokenizer: { type: 'Whitespace' },
  added_tokens: [],
  model: { type: 'WordLevel', vocab: { '<unk>': 0, hello: 1, world: 2 }, unk_token: '<unk>' },
};
const files = {
  'config.json': JSON.stringify(config),
  'tokenizer.json': JSON.stringify(tokenizer),
  'tokenizer_config.json': '{"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "<unk>"}',
  'model.safetensors': weights,
  'tiny.gguf': { content: gguf, lfs: true },
};

/** References of `org/chat` in every layout. */
const refsOf = ({ endpoint }: Hub) => [
  'hf:org/chat:all',
  'hf:org/chat:all#layout=plain',
  'ms:org/chat:all',
  'ollama:tiny',
  `${endpoint}/files/tiny.gguf`,
];
/** Other models that share its content. */
const othersOf = ({ endpoint }: Hub) => [
  'hf:org/other:all',
  'hf:org/other:all#layout=plain',
  'ms:org/other:all',
  'ollama:tiny:copy',
  `${endpoint}/files/tiny.gguf#set=two`,
];

async function hubForTest(): Promise<Hub> {
  const hub = await startHub({
    repos: { 'org/chat': { files }, 'org/other': { files } },
    ollama: { 'library/tiny:latest': tinyOllamaChat(), 'library/tiny:copy': tinyOllamaChat() },
    files: { 'tiny.gguf': gguf },
  });
  onTestFinished(() => hub.close());
  return hub;
}

/** Pulls models into a store. Returns the states in which this ended. */
async function pull(hub: Hub, root: string, refs: readonly string[]): Promise<readonly string[]> {
  const fetcher = testFetcher(root, hub.endpoint);
  const states: string[] = [];
  for (const ref of refs) {
    const results = await fetcher.fetch([await fetcher.resolve(ref)]);
    states.push(...results.map(({ state }) => state));
  }
  return states;
}

async function pulled(hub: Hub, refs = refsOf(hub)): Promise<string> {
  const root = judgeHome();
  expect(await pull(hub, root, refs)).toEqual(refs.map(() => 'present'));
  return root;
}

/** What writes to a store: each returns one with `org/chat` in every layout, after it was changed. */
const OPERATIONS: Readonly<Record<string, (hub: Hub) => Promise<string>>> = {
  'a pull': (hub) => pulled(hub),
  'an interrupted pull that was continued': async (hub) => {
    const root = judgeHome();
    const fault = hub.faults.add({ kind: 'cut', offset: 700_000 });
    expect(await pull(hub, root, refsOf(hub))).toContain('failed');
    fault.remove();
    expect(new Set(await pull(hub, root, refsOf(hub)))).toEqual(new Set(['present']));
    return root;
  },
  'a pull from another machine without a hub': async (hub) => {
    const root = judgeHome();
    const peers = [testPeer(await serveFolder(await pulled(hub)))];
    const { states } = await pullFromPeers(root, refsOf(hub), { peers });
    expect(states).toEqual(refsOf(hub).map(() => 'present'));
    return root;
  },
  'a repair': async (hub) => {
    const root = await pulled(hub);
    const { models } = await testStore(root).inventory();
    const largest = models.map((model) => model.files.reduce((a, b) => (a.bytes > b.bytes ? a : b)).content);
    expect(new Set(largest).size).toBe(refsOf(hub).length);
    for (const path of largest) flipByte(join(root, path));
    const cache = join(root, 'huggingface/hub/models--org--chat');
    rmSync(join(cache, 'snapshots', readdirSync(join(cache, 'snapshots'))[0] ?? '', 'config.json'));
    rmSync(join(root, 'modelscope/org/chat/config.json'));
    expect(await repairStore(root, hub.endpoint)).toMatchObject({ exitCode: 0 });
    return root;
  },
  'a prune and an undo': async (hub) => {
    const root = await pulled(hub);
    const cache = testCache(root, { clock: clockAhead(31) });
    expect((await cache.prune(KEEP_30_DAYS, noWait)).marked).toHaveLength(refsOf(hub).length);
    expect((await testStore(root).inventory()).models).toEqual([]);
    await cache.undo([], noWait);
    return root;
  },
  'a removal of models with the same content': async (hub) => {
    const root = await pulled(hub, [...othersOf(hub), ...refsOf(hub)]);
    const store = testStore(root);
    const { models } = await store.inventory();
    const others = models.map(({ path }) => path).filter((path) => /other|copy|two/.test(path));
    expect(others).toHaveLength(othersOf(hub).length);
    await store.remove(others, { force: false, ...noWait });
    return root;
  },
  'an import of a store': async (hub) => {
    const root = judgeHome();
    const outcomes = await importAll(root, await pulled(hub));
    // a whole directory of ModelScope has a reference without a pattern too
    const states = ['imported', 'imported', 'imported', 'imported', 'present', 'imported'];
    expect(outcomes.map(({ state }) => state)).toEqual(states);
    return root;
  },
  'an import of a bundle': async (hub) => {
    const [root, folder] = [judgeHome(), join(judgeHome(), 'bundle')];
    await exported(await pulled(hub), { kind: 'directory', path: folder });
    await imported(root, { kind: 'path', path: folder });
    return root;
  },
};

/** Returns `accepted`, or why a program does not accept a store. */
async function verdictOf({ layout, program, read }: OutsideReader, store: ReadStore) {
  const verdict = await read(store).then(
    () => 'accepted',
    (error: unknown) => String(error),
  );
  return [`${layout}, ${program}`, verdict] as const;
}

it.each(Object.keys(OPERATIONS))(
  '[req R04] [req K03] every layout is accepted by every other program that reads it, after %s',
  async (operation) => {
    const hub = await hubForTest();
    const root = (await OPERATIONS[operation]?.(hub)) ?? '';
    const commit = modelVersion(await testFetcher(root, hub.endpoint).resolve('hf:org/chat'));
    const store = { root, endpoint: hub.endpoint, commit };
    const verdicts = await Promise.all(OUTSIDE_READERS.map((reader) => verdictOf(reader, store)));
    const accepted = OUTSIDE_READERS.map(({ layout, program }) => [`${layout}, ${program}`, 'accepted']);
    expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(accepted));
    // readers change nothing
    expect(await verifyStore(root, { deep: true })).toMatchObject({
      problems: [],
      unread: 0,
      withoutHash: 0,
    });
  },
);
