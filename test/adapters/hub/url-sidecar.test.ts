import { expect, onTestFinished, test } from 'vitest';
import { parseModelRef } from '../../../src/core/source/parse-ref.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sha256 } from '../../helpers/store/model-server.ts';
import { ggufContent, testFetcher } from '../../helpers/store/store-fixture.ts';
import { testSource } from '../../helpers/store/test-source.ts';
import { startHub } from '../../hub/hub.ts';
import type { FileSpecs } from '../../hub/repos.ts';

const CONTENT = ggufContent(1000);
const HEX = sha256(CONTENT);
const WRONG = 'ab'.repeat(32);

async function setUp(sidecars: FileSpecs, names: readonly string[] = ['m.gguf']) {
  const files = Object.fromEntries(names.map((name) => [`models/${name}`, CONTENT]));
  const hub = await startHub({ files: { ...files, ...sidecars } });
  onTestFinished(() => hub.close());
  const url = (name: string) => `${hub.endpoint}/files/models/${name}`;
  const source = testSource('url', { endpoint: '' });
  const asked = () =>
    hub.log.entries().map(({ method, path }) => `${method} ${path.replace('/files/models/', '')}`);
  return { hub, url, asked, resolve: async (ref: string) => source.resolve(parseModelRef(ref)) };
}

test('a hash in SHA256SUMS or FILE.sha256 next to the file pins its content', async () => {
  for (const sidecars of [
    { 'models/SHA256SUMS': `${WRONG}  other.gguf\n${HEX}  m.gguf\n` },
    { 'models/m.gguf.sha256': HEX },
    { 'models/SHA256SUMS': `${WRONG}  other.gguf\n`, 'models/m.gguf.sha256': `${HEX}  m.gguf\n` },
  ]) {
    const { url, resolve } = await setUp(sidecars);
    const model = await resolve(url('m.gguf?download=true'));
    expect(model.files).toEqual([{ path: 'm.gguf', bytes: 1000, digest: { algorithm: 'sha256', hex: HEX } }]);
  }
});

test('all parts of a split model have their hashes from one list, or each from its own file', async () => {
  const names = ['m-00001-of-00002.gguf', 'm-00002-of-00002.gguf'];
  const list = await setUp({ 'models/SHA256SUMS': names.map((name) => `${HEX}  ${name}\n`).join('') }, names);
  const own = await setUp(Object.fromEntries(names.map((name) => [`models/${name}.sha256`, HEX])), names);
  const [first = ''] = names;
  for (const { url, resolve } of [list, own]) {
    expect((await resolve(url(first))).files.map(({ digest }) => digest?.hex)).toEqual([HEX, HEX]);
  }
  expect(list.asked().filter((request) => request.startsWith('GET'))).toEqual(['GET SHA256SUMS']);
});

test('each is requested once, and a server that fails for them leaves the file without a hash', async () => {
  const { hub, url, asked, resolve } = await setUp({});
  hub.faults.add({ kind: 'status', path: '*SHA256SUMS', status: 503, retryAfter: '60' });
  hub.faults.add({ kind: 'html', path: '*.sha256' });
  expect((await resolve(url('m.gguf'))).files[0]?.digest).toBeNull();
  expect(asked()).toEqual(['HEAD m.gguf', 'GET SHA256SUMS', 'GET m.gguf.sha256']);
});

test('a hash in the reference is used alone: no other one is requested', async () => {
  const { url, asked, resolve } = await setUp({ 'models/SHA256SUMS': `${WRONG}  m.gguf\n` });
  const model = await resolve(`${url('m.gguf')}#sha256=${HEX}`);
  expect(model.files[0]?.digest?.hex).toBe(HEX);
  expect(asked()).toEqual(['HEAD m.gguf']);
});

test('content with another hash is rejected, and the error names the file that has the hash', async () => {
  const { hub, url } = await setUp({ 'models/m.gguf.sha256': WRONG });
  const fetcher = testFetcher(tempFolder(), hub.endpoint);
  const [result] = await fetcher.fetch([await fetcher.resolve(url('m.gguf'))]);
  expect(result).toMatchObject({
    state: 'failed',
    error: {
      code: 'RMA_CONTENT_HASH_MISMATCH',
      exitCode: 6,
      message: expect.stringContaining('m.gguf (sha256 from m.gguf.sha256)'),
    },
  });
});
