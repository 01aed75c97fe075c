import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sendContent, sendWithHeaders, sha256 } from '../../helpers/store/model-server.ts';
import { transferRig } from '../../helpers/store/transfer-fixture.ts';

test('[fail C11] downloads wrong content once more, then fails with both hashes and keeps nothing', async () => {
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

test('[fail C13] names the host that sent wrong content, after redirects', async () => {
  const rig = await transferRig((_, request, response) => {
    if (request.server === 'hub') response.writeHead(302, { location: `${rig.server.cdn}/signed` }).end();
    else sendContent(request, response, Buffer.alloc(rig.content.length));
  });
  const { host } = new URL(rig.server.cdn);
  await expect(rig.fetch()).rejects.toMatchObject({
    code: 'RMA_CONTENT_HASH_MISMATCH',
    message: expect.stringContaining(`the last one from ${host}: `),
    details: { host },
  });
});

test('recovers from one flipped byte by a second download', async () => {
  const rig = await transferRig((n, request, response) => {
    const flipped = Buffer.from(rig.content);
    if (n === 1) flipped[1000] = (flipped[1000] ?? 0) ^ 1;
    sendContent(request, response, flipped);
  });
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
});

test('[fail C5] reports an empty file by name in a hash mismatch', async () => {
  const rig = await transferRig(null, 0);
  const job = { digest: { algorithm: 'sha256', hex: 'ab'.repeat(32) } } as const;
  await expect(rig.fetch(job)).rejects.toMatchObject({ message: expect.stringContaining('an empty file') });
});

test('verifies a plain file by its git blob id', async () => {
  const rig = await transferRig();
  const wrong = { algorithm: 'git-sha1', hex: 'a'.repeat(40) } as const;
  await expect(rig.fetch({ digest: wrong })).rejects.toMatchObject({ code: 'RMA_CONTENT_HASH_MISMATCH' });
});

test('computes the sha256 of a file without a published hash', async () => {
  const rig = await transferRig();
  expect((await rig.fetch({ digest: null })).digest).toEqual({
    algorithm: 'sha256',
    hex: sha256(rig.content),
  });
});

test.each([
  ['announced as HTML', { 'content-type': 'text/html' }],
  ['announced as data', { 'content-type': 'application/octet-stream' }],
])('[fail C2] retries an HTML page %s, then rejects it', async (_, headers) => {
  const rig = await transferRig((__, ___, response) => {
    response.writeHead(200, { ...headers, 'transfer-encoding': 'chunked' });
    response.end('<!DOCTYPE html><html><body>Sign in</body></html>');
  });
  await expect(rig.fetch({ magic: 'GGUF' })).rejects.toMatchObject({ code: 'RMA_CONTENT_HTML', exitCode: 6 });
  expect(rig.server.requests).toHaveLength(4);
  expect(rig.received()).toBe(0);
});

test('[fail C2] recovers from a single HTML page', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
    else sendContent(request, response, rig.content);
  });
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
});

test('accepts an HTML file of a repository', async () => {
  const page = Buffer.from('<!doctype html><html></html>');
  const rig = await transferRig((_, request, response) => {
    sendWithHeaders({ request, response }, page, { 'content-type': 'text/html' });
  }, page.length);
  const digest = { algorithm: 'sha256', hex: sha256(page) } as const;
  expect((await rig.fetch({ label: 'acme/tiny/index.html', digest })).file).toEqual(page);
});

test('rejects a file that is not GGUF before writing it', async () => {
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
])('rejects a file that is %s than announced', async (_, difference) => {
  const rig = await transferRig((__, request, response) => {
    sendContent(request, response, Buffer.alloc(rig.content.length + difference));
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_CONTENT_SIZE_MISMATCH', exitCode: 6 });
});

test('[fail C2] rejects bytes beyond the expected end of a response without a length', async () => {
  const rig = await transferRig((_, __, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' });
    response.end(Buffer.concat([rig.content, Buffer.from('extra')]));
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_CONTENT_SIZE_MISMATCH' });
});
