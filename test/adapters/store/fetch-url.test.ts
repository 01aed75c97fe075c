import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { sendContent, sha256, startModelServer } from '../../helpers/store/model-server.ts';
import { ggufContent, testFetcher } from '../../helpers/store/store-fixture.ts';
import { sendCut } from '../../helpers/store/transfer-fixture.ts';

async function setUp() {
  const server = await startModelServer();
  const files = new Map<string, Buffer>();
  let cut: number | null = null;
  server.fault = (request, response) => {
    const content = files.get(request.path);
    if (content === undefined) return false;
    if (cut !== null && request.method === 'GET') sendCut(request, response, { content, bytes: cut });
    else sendContent(request, response, content);
    return true;
  };
  const root = tempFolder();
  const put = (path: string, content: Buffer) => {
    files.set(path, content);
    return `${server.url}${path}`;
  };
  const fetch = async (ref: string) => {
    const fetcher = testFetcher(root, server.url);
    return (await fetcher.fetch([await fetcher.resolve(ref)]))[0];
  };
  const downloads = () => server.downloads().length;
  /** From now on each response ends after so many bytes; null: none. */
  const cutAt = (bytes: number | null) => {
    cut = bytes;
  };
  return { root, put, fetch, downloads, cutAt };
}

test('[req N06] stores a file by URL in the directory of its set, readable by all', async () => {
  const { root, put, fetch, downloads } = await setUp();
  const content = ggufContent();
  const url = put('/m.gguf', content);
  expect(await fetch(`${url}#sha256=${sha256(content)}&set=chat`)).toMatchObject({ state: 'present' });
  const path = join(root, 'gguf', 'chat', 'm.gguf');
  expect(readFileSync(path).equals(content)).toBe(true);
  expect(statSync(path).mode & 0o7777).toBe(0o644);
  expect(readdirSync(dirname(path))).toEqual(['m.gguf']);
  expect(await fetch(`${url}#sha256=${sha256(content)}&set=chat`)).toMatchObject({ fetchedBytes: 0 });
  expect(downloads()).toBe(1);
});

test('trusts the first content if no hash is published, and keeps it', async () => {
  const { put, fetch, downloads } = await setUp();
  const url = put('/m.gguf', ggufContent());
  await fetch(url);
  expect(await fetch(url)).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(downloads()).toBe(1);
});

test('[req N07] rejects a name with other content, with both URLs, and #as= resolves it', async () => {
  const { root, put, fetch } = await setUp();
  const one = put('/one/m.gguf', ggufContent());
  const two = put('/two/m.gguf', ggufContent());
  const first = ggufContent();
  put('/one/m.gguf', first);
  await fetch(`${one}#sha256=${sha256(first)}`);
  const refused = await fetch(two);
  expect(refused).toMatchObject({
    state: 'failed',
    fetchedBytes: 0,
    error: { code: 'RMA_STORE_NAME_TAKEN', exitCode: 6, hint: expect.stringContaining('as=') },
  });
  expect(refused).toMatchObject({ error: { message: expect.stringContaining(one) } });
  expect(refused).toMatchObject({ error: { message: expect.stringContaining(two) } });
  expect(readFileSync(join(root, 'gguf', 'default', 'm.gguf')).equals(first)).toBe(true);
  expect(await fetch(`${two}#as=other.gguf`)).toMatchObject({ state: 'present' });
});

test('never overwrites a file that it did not write', async () => {
  const { root, put, fetch } = await setUp();
  const path = join(root, 'gguf', 'default', 'm.gguf');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'mine');
  expect(await fetch(put('/m.gguf', ggufContent()))).toMatchObject({
    error: { code: 'RMA_STORE_NAME_TAKEN' },
  });
  expect(readFileSync(path, 'utf8')).toBe('mine');
});

test.each([
  ['a missing file', 'missing'],
  ['itself', 'm.gguf'],
  ['a path below a file', 'file/below'],
])('never replaces a symbolic link to %s', async (_, target) => {
  const { root, put, fetch } = await setUp();
  const folder = join(root, 'gguf', 'default');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'file'), 'mine');
  symlinkSync(target, join(folder, 'm.gguf'));
  expect(await fetch(put('/m.gguf', ggufContent()))).toMatchObject({
    error: { code: 'RMA_STORE_NAME_TAKEN' },
  });
  expect(readlinkSync(join(folder, 'm.gguf'))).toBe(target);
});

test('adopts an existing file with the right content without a download', async () => {
  const { root, put, fetch, downloads } = await setUp();
  const content = ggufContent();
  const path = join(root, 'gguf', 'default', 'm.gguf');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const ref = `${put('/m.gguf', content)}#sha256=${sha256(content)}`;
  expect(await fetch(ref)).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(downloads()).toBe(0);
});

test('stores the same content of two sets once and downloads it once', async () => {
  const { root, put, fetch, downloads } = await setUp();
  const content = ggufContent();
  const url = put('/m.gguf', content);
  await fetch(`${url}#sha256=${sha256(content)}&set=one`);
  expect(await fetch(`${url}#sha256=${sha256(content)}&as=n.gguf&set=two`)).toMatchObject({
    fetchedBytes: 0,
  });
  const [one, two] = [join(root, 'gguf/one/m.gguf'), join(root, 'gguf/two/n.gguf')];
  expect(statSync(one).ino).toBe(statSync(two).ino);
  expect(downloads()).toBe(1);
});

test('[fail C4] downloads a corrupt file again', async () => {
  const { root, put, fetch } = await setUp();
  const content = ggufContent();
  const ref = `${put('/m.gguf', content)}#sha256=${sha256(content)}`;
  await fetch(ref);
  const path = join(root, 'gguf/default/m.gguf');
  writeFileSync(path, Buffer.alloc(content.length));
  expect(await fetch(ref)).toMatchObject({ state: 'present', fetchedBytes: content.length });
  expect(readFileSync(path).equals(content)).toBe(true);
});

test('verifies a file with a new modification time without a download', async () => {
  const { root, put, fetch, downloads } = await setUp();
  const content = ggufContent();
  const ref = `${put('/m.gguf', content)}#sha256=${sha256(content)}`;
  await fetch(ref);
  utimesSync(join(root, 'gguf/default/m.gguf'), 1, 1);
  expect(await fetch(ref)).toMatchObject({ fetchedBytes: 0 });
  expect(downloads()).toBe(1);
});

test('downloads a missing file again', async () => {
  const { root, put, fetch } = await setUp();
  const content = ggufContent();
  const url = put('/m.gguf', content);
  await fetch(url);
  rmSync(join(root, 'gguf/default/m.gguf'));
  expect(await fetch(url)).toMatchObject({ state: 'present', fetchedBytes: content.length });
});

test('replaces its own file when the content of the URL changes', async () => {
  const { root, put, fetch } = await setUp();
  const url = put('/m.gguf', ggufContent(5000));
  await fetch(url);
  const changed = ggufContent(6000);
  put('/m.gguf', changed);
  expect(await fetch(url)).toMatchObject({ state: 'present' });
  expect(readFileSync(join(root, 'gguf/default/m.gguf')).equals(changed)).toBe(true);
});

test('[req N14] does not store a file that is not GGUF', async () => {
  const { root, put, fetch } = await setUp();
  const result = await fetch(put('/m.gguf', Buffer.from('not a model, whatever its name says')));
  expect(result).toMatchObject({ error: { code: 'RMA_CONTENT_NOT_GGUF', exitCode: 6 } });
  expect(readdirSync(join(root, 'gguf'))).toEqual([]);
});

test('[req N12] [req T17] an interrupted download leaves nothing in the directory that engines scan', async () => {
  const { root, put, fetch, cutAt } = await setUp();
  const content = ggufContent();
  const url = put('/m.gguf', content);
  cutAt(5_000);
  expect(await fetch(url)).toMatchObject({ error: { code: 'RMA_HUB_UNREACHABLE' } });
  expect(readdirSync(join(root, 'gguf'))).toEqual([]);
  cutAt(null);
  expect(await fetch(url)).toMatchObject({ state: 'present' });
  expect(readdirSync(join(root, 'gguf', 'default'))).toEqual(['m.gguf']);
});

test('[case F04] stores all parts of a split model under names by which engines find them', async () => {
  const { root, put, fetch, downloads } = await setUp();
  const parts = [1, 2, 3].map((part) => ({ part, content: ggufContent(50_000 + part) }));
  const [url = ''] = parts.map(({ part, content }) => put(`/big-0000${part}-of-00003.gguf`, content));
  expect(await fetch(url)).toMatchObject({ state: 'present' });
  for (const { part, content } of parts) {
    const path = join(root, 'gguf', 'default', `big-0000${part}-of-00003.gguf`);
    expect(readFileSync(path).equals(content)).toBe(true);
  }
  expect(downloads()).toBe(3);
  expect(await fetch(url)).toMatchObject({ state: 'present', fetchedBytes: 0 });
  expect(downloads()).toBe(3);

  expect(await fetch(`${url}#as=own.gguf`)).toMatchObject({ state: 'present' });
  expect(readdirSync(join(root, 'gguf', 'default')).filter((name) => name.startsWith('own'))).toEqual(
    [1, 2, 3].map((part) => `own-0000${part}-of-00003.gguf`),
  );
});

test('[case F04] a part with other content than its twin of another model is not overwritten', async () => {
  const { put, fetch } = await setUp();
  put('/a/big-00001-of-00002.gguf', ggufContent(5000));
  put('/a/big-00002-of-00002.gguf', ggufContent(5000));
  put('/b/big-00001-of-00002.gguf', ggufContent(5000));
  const url = put('/b/big-00002-of-00002.gguf', ggufContent(5000));
  expect(await fetch(url.replace('/b/', '/a/'))).toMatchObject({ state: 'present' });
  expect(await fetch(url)).toMatchObject({ state: 'failed', error: { code: 'RMA_STORE_NAME_TAKEN' } });
});

test('[case F27] content that is not GGUF gets no .gguf name, however it came into the store', async () => {
  const { root, put, fetch } = await setUp();
  const content = Buffer.from('PK not a model'.repeat(1000));
  const url = put('/m.bin', content);
  const pin = `#sha256=${sha256(content)}`;
  const refused = { state: 'failed', error: { code: 'RMA_CONTENT_NOT_GGUF', exitCode: 6 } };
  expect(await fetch(`${url}${pin}&as=x.gguf`)).toMatchObject(refused);
  expect(await fetch(`${url}${pin}`)).toMatchObject({ state: 'present' });
  expect(await fetch(`${url}${pin}&as=x.gguf`)).toMatchObject(refused);
  expect(await fetch(`${url}${pin}&as=x.GGUF&set=two`)).toMatchObject(refused);
  writeFileSync(join(root, 'gguf', 'default', 'y.gguf'), content);
  expect(await fetch(`${url}${pin}&as=y.gguf`)).toMatchObject(refused);
  expect(readdirSync(join(root, 'gguf', 'default')).sort()).toEqual(['m.bin', 'y.gguf']);
});
