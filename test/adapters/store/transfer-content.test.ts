import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sendContent, sendWithHeaders, sha256 } from '../../helpers/store/model-server.ts';
import { transferRig } from '../../helpers/store/transfer-fixture.ts';

test('[fail C11] wrong content is fetched once more, then told with both hashes, and not kept', async () => {
  const rig = await transferRig((_, request, response) => {
    const flipped = Buffer.from(rig.content);
    flipped[1000] = (flipped[1000] ?? 0) ^ 1;
    sendContent(request, response, flipped);
  });
  await expect(rig.fetch()).rejects.toMatchObject({
    code: 'RMA_CONTENT_HASH_MISMATCH',
    exitCode: 6,
    message: expect.stringContaining(sha256(rig.content)),
    details: { expected: sha256(rig.content), seen: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(rig.server.requests).toHaveLength(2);
  expect(readdirSync(rig.folder)).toEqual([]);
});

test('a byte that was flipped once is healed by the second fetch', async () => {
  const rig = await transferRig((n, request, response) => {
    const flipped = Buffer.from(rig.content);
    if (n === 1) flipped[1000] = (flipped[1000] ?? 0) ^ 1;
    sendContent(request, response, flipped);
  });
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
});

test('[fail C5] the hash of nothing is called an empty file', async () => {
  const rig = await transferRig(null, 0);
  const job = { digest: { algorithm: 'sha256', hex: 'ab'.repeat(32) } } as const;
  await expect(rig.fetch(job)).rejects.toMatchObject({ message: expect.stringContaining('an empty file') });
});

test('a plain file is checked by its git blob id', async () => {
  const rig = await transferRig();
  const wrong = { algorithm: 'git-sha1', hex: 'a'.repeat(40) } as const;
  await expect(rig.fetch({ digest: wrong })).rejects.toMatchObject({ code: 'RMA_CONTENT_HASH_MISMATCH' });
});

test('a file without a published hash gets its sha256 on first use', async () => {
  const rig = await transferRig();
  expect((await rig.fetch({ digest: null })).digest).toEqual({
    algorithm: 'sha256',
    hex: sha256(rig.content),
  });
});

test.each([
  ['announced as HTML', { 'content-type': 'text/html' }],
  ['announced as data', { 'content-type': 'application/octet-stream' }],
])('[fail C2] a web page %s is asked for four times, then refused', async (_, headers) => {
  const rig = await transferRig((__, ___, response) => {
    response.writeHead(200, { ...headers, 'transfer-encoding': 'chunked' });
    response.end('<!DOCTYPE html><html><body>Sign in</body></html>');
  });
  await expect(rig.fetch({ magic: 'GGUF' })).rejects.toMatchObject({ code: 'RMA_CONTENT_HTML', exitCode: 6 });
  expect(rig.server.requests).toHaveLength(4);
  expect(rig.received()).toBe(0);
});

test('[fail C2] a web page that comes once does no harm', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
    else sendContent(request, response, rig.content);
  });
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
});

test('an HTML file of a repository is a file like any other', async () => {
  const page = Buffer.from('<!doctype html><html></html>');
  const rig = await transferRig((_, request, response) => {
    sendWithHeaders({ request, response }, page, { 'content-type': 'text/html' });
  }, page.length);
  const digest = { algorithm: 'sha256', hex: sha256(page) } as const;
  expect((await rig.fetch({ label: 'acme/tiny/index.html', digest })).file).toEqual(page);
});

test('a file that is not GGUF is refused before it is written', async () => {
  const rig = await transferRig();
  await expect(rig.fetch({ magic: 'GGUF' })).rejects.toMatchObject({
    code: 'RMA_CONTENT_NOT_GGUF',
    exitCode: 6,
  });
  expect(rig.received()).toBe(0);
});

test.each([
  ['shorter', -1],
  ['longer', 1],
])('a file that is %s than announced is refused', async (_, difference) => {
  const rig = await transferRig((__, request, response) => {
    sendContent(request, response, Buffer.alloc(rig.content.length + difference));
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_CONTENT_SIZE_MISMATCH', exitCode: 6 });
});

test('[fail C2] bytes beyond the end, sent without a length, are not written', async () => {
  const rig = await transferRig((_, __, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.end(Buffer.concat([rig.content, Buffer.from('extra')]));
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_CONTENT_SIZE_MISMATCH' });
});
