import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { toErrorDocument } from '../../../src/core/errors.ts';
import type { PeerStore } from '../../../src/ports/peer-store.ts';
import { snapshot } from '../../helpers/files/snapshot.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { socketServer } from '../../helpers/network/socket-server.ts';
import { modelOf } from '../../helpers/store/ollama-fixture.ts';
import { pullFromPeers as pull } from '../../helpers/store/pull-from-peers.ts';
import { PEER_TOKEN, serveFolder, testPeer } from '../../helpers/store/served-store.ts';
import { testFetcher, testStore } from '../../helpers/store/store-fixture.ts';
import type { Hub } from '../../hub/hub.ts';
import { hubForTest } from '../hub-server/hub-fixture.ts';

const GGUF = `GGUF${'weights '.repeat(50_000)}`;
const FILES = { 'config.json': '{}', 'sub/notes.txt': 'notes', 'w.gguf': { content: GGUF, lfs: true } };

interface Filled {
  readonly hub: Hub;
  readonly root: string;
  readonly refs: readonly string[];
}

/** Creates a hub, and a store that has a model of each source. */
async function filledStore(): Promise<Filled> {
  const hub = await hubForTest({
    repos: { 'org/model': { files: FILES } },
    files: { 'plain/model.gguf': `${GGUF}!` },
    ollama: { 'library/tiny:latest': modelOf('{"num_ctx":1}') },
  });
  const url = `${hub.endpoint}/files/plain/model.gguf`;
  const refs = ['hf:org/model', 'hf:org/model:*.gguf', 'ollama:tiny', 'ms:org/model', `${url}#set=chat`];
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  const models = await Promise.all(refs.map((ref) => fetcher.resolve(ref)));
  expect((await fetcher.fetch(models)).map(({ state }) => state)).toEqual(refs.map(() => 'present'));
  hub.log.clear();
  return { hub, root, refs };
}

const failure = (pulling: Promise<unknown>) => pulling.then(() => null, toErrorDocument);

/** What engines read: everything outside `.rma`. */
async function contentOf(root: string): Promise<readonly string[]> {
  return (await snapshot(root)).filter((line) => !line.startsWith('.rma'));
}

const PRESENT = ['present', 'present', 'present', 'present', 'present'];

/** The file with the content of `model.gguf`. */
const flatFile = (root: string) => join(root, 'gguf/chat/model.gguf');

/** Changes one byte, and restores the modification time. */
function flipByte(path: string): void {
  const before = join(tempFolder(), 'before');
  execFileSync('cp', ['--preserve=timestamps', path, before]);
  writeFileSync(path, `${GGUF}?`);
  execFileSync('touch', ['--reference', before, path]);
}

it('fills a second store from a served one with every hub off, byte by byte the same in each layout', async () => {
  const { hub, root, refs } = await filledStore();
  await hub.close();
  const served = await serveFolder(root, { token: PEER_TOKEN, tls: true });
  const copy = tempFolder();
  const pulled = await pull(copy, refs, { peers: [testPeer(served, PEER_TOKEN)] });
  expect(pulled).toEqual({ states: PRESENT, errors: [null, null, null, null, null], skipped: [] });
  expect(await contentOf(copy)).toEqual(await contentOf(root));
  const lines = (await contentOf(copy)).join('\n');
  for (const part of [
    'huggingface/hub/models--org--model/snapshots',
    'ollama/manifests',
    'modelscope/org/model',
  ]) {
    expect(lines).toContain(part);
  }
  expect(lines).toContain('gguf/chat/model.gguf');
  for (const ref of refs) expect(await testStore(copy).recall(ref)).toMatchObject({ missing: [] });
  expect(served.lines.join('\n')).not.toContain(PEER_TOKEN);
});

it('serves a copy of a copy: receipts and records are as good as those of a download', async () => {
  const { hub, root, refs } = await filledStore();
  await hub.close();
  const [second, third] = [tempFolder(), tempFolder()];
  await pull(second, refs, { peers: [testPeer(await serveFolder(root))] });
  rmSync(root, { recursive: true });
  expect(await pull(third, refs, { peers: [testPeer(await serveFolder(second))] })).toMatchObject({
    states: PRESENT,
  });
  expect(await contentOf(third)).toEqual(await contentOf(second));
});

it('a wrong token and a missing one end with exit code 4, and are in no log', async () => {
  const { root, refs } = await filledStore();
  const served = await serveFolder(root, { token: PEER_TOKEN });
  for (const [token, words] of [
    ['another-token-0123456789', 'rejected the token'],
    [null, 'requires a token'],
  ] as const) {
    const error = await failure(pull(tempFolder(), refs, { peers: [testPeer(served, token)] }));
    expect(error).toMatchObject({
      code: 'RMA_PEER_DENIED',
      exitCode: 4,
      message: expect.stringContaining(words),
    });
  }
  expect(served.lines.join('\n')).not.toContain('another-token');
});

it('another certificate than the expected one ends with exit code 6 before anything is sent', async () => {
  const { root, refs } = await filledStore();
  const served = await serveFolder(root, { token: PEER_TOKEN, tls: true });
  const stranger = testPeer({ ...served, fingerprint: 'a'.repeat(64) }, PEER_TOKEN);
  expect(await failure(pull(tempFolder(), refs, { peers: [stranger] }))).toMatchObject({
    code: 'RMA_PEER_FINGERPRINT',
    exitCode: 6,
  });
  // content too, whatever transfers it
  const honest = testPeer(served, PEER_TOKEN);
  const mixed: PeerStore = {
    name: honest.name,
    resolve: (ref) => honest.resolve(ref),
    locate: (digest) => honest.locate(digest),
    transfer: stranger.transfer,
  };
  expect((await pull(tempFolder(), refs.slice(2, 3), { peers: [mixed] })).errors).toMatchObject([
    { code: 'RMA_PEER_FINGERPRINT', exitCode: 6 },
  ]);
  expect(served.lines.filter((line) => line.includes('/v1/content'))).toEqual([]);
});

it('a flipped byte on the serving machine ends with exit code 6, and nothing is stored', async () => {
  const { root, refs } = await filledStore();
  const served = await serveFolder(root);
  flipByte(flatFile(root));
  const copy = tempFolder();
  const { errors } = await pull(copy, refs.slice(4), { peers: [testPeer(served)] });
  expect(errors).toMatchObject([{ code: 'RMA_CONTENT_HASH_MISMATCH', exitCode: 6 }]);
  expect((await testStore(copy).inventory()).models).toEqual([]);
});

it('content that a machine has corrupt is received twice, then requested from the hub at most twice', async () => {
  const { hub, root, refs } = await filledStore();
  const served = await serveFolder(root);
  flipByte(flatFile(root));
  hub.faults.add({ kind: 'status', path: '/files/*', status: 503 });
  const { errors } = await pull(tempFolder(), refs.slice(4), { peers: [testPeer(served)], hub });
  expect(errors).toMatchObject([
    {
      code: 'RMA_CONTENT_HASH_MISMATCH',
      exitCode: 6,
      hint: expect.stringContaining('on that machine: rma models repair'),
    },
  ]);
  expect(served.lines.filter((line) => line.includes('/v1/content'))).toHaveLength(2);
  expect(hub.log.entries()).toHaveLength(2);
});

it('a changed file is not served any more: its receipt is not valid', async () => {
  const { root, refs } = await filledStore();
  const peer = testPeer(await serveFolder(root));
  writeFileSync(flatFile(root), `${GGUF}?`);
  expect(await failure(pull(tempFolder(), refs.slice(4), { peers: [peer] }))).toMatchObject({
    code: 'RMA_PEER_NO_MODEL',
    exitCode: 1,
  });
});

it('downloads what one machine lacks from the next one, and from the hub last', async () => {
  const { hub, root, refs } = await filledStore();
  const partial = tempFolder();
  const fetcher = testFetcher(partial, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('ollama:tiny')]);
  hub.log.clear();
  const [near, far] = [await serveFolder(partial), await serveFolder(root)];
  const copy = tempFolder();
  expect(await pull(copy, refs, { peers: [testPeer(near), testPeer(far)], hub })).toMatchObject({
    states: PRESENT,
  });
  expect(hub.log.entries()).toEqual([]);
  expect(near.lines.some((line) => line.includes('/v1/content/sha256/'))).toBe(true);
  const other = tempFolder();
  expect(await pull(other, refs, { peers: [testPeer(near)], hub })).toMatchObject({ states: PRESENT });
  expect(hub.log.contentRequests().length).toBeGreaterThan(0);
});

it('downloads content from the hub that a machine has lost or changed since it was resolved', async () => {
  const { hub, root, refs } = await filledStore();
  const peer = testPeer(await serveFolder(root));
  flipByte(flatFile(root));
  const copy = tempFolder();
  expect(await pull(copy, refs.slice(4), { peers: [peer], hub })).toMatchObject({ states: ['present'] });
  expect(hub.log.contentRequests()).toHaveLength(1);
});

it.each([
  ['', false],
  [', with a pinned certificate too', true],
])(
  'a machine that does not respond is skipped with its reason, and is the error if no hub may be contacted%s',
  async (_, tls) => {
    const { hub, root, refs } = await filledStore();
    const served = await serveFolder(root, { tls });
    await served.close();
    const peer = testPeer(served);
    const { states, skipped } = await pull(tempFolder(), refs.slice(2, 3), { peers: [peer], hub });
    expect(states).toEqual(['present']);
    expect(skipped).toEqual([expect.stringContaining('ECONNREFUSED')]);
    expect(await failure(pull(tempFolder(), refs.slice(2, 3), { peers: [peer] }))).toMatchObject({
      code: 'RMA_HUB_UNREACHABLE',
      exitCode: 1,
      hint: expect.stringContaining('rma models serve'),
    });
  },
);

it('a machine that stops after it resolved a model is soon left out, also by files that wait for a connection to it', async () => {
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${at}.txt`, `file ${at}`]));
  const hub = await hubForTest({ repos: { 'org/many': { files } } });
  const root = tempFolder();
  const fetcher = testFetcher(root, hub.endpoint);
  await fetcher.fetch([await fetcher.resolve('hf:org/many')]);
  const honest = testPeer(await serveFolder(root));
  const stopped = await socketServer((socket) => socket.destroy());
  const peer: PeerStore = {
    name: honest.name,
    resolve: (ref) => honest.resolve(ref),
    locate: () => ({ url: stopped.url, authorization: null }),
    transfer: honest.transfer,
  };
  expect(await pull(tempFolder(), ['hf:org/many'], { peers: [peer], hub })).toMatchObject({
    states: ['present'],
  });
  // 32 files at the same time, each with two retries
  expect(stopped.connections.length).toBeLessThanOrEqual(32 * 3);
});
