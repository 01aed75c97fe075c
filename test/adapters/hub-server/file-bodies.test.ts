import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ask, follow } from './http-client.ts';
import { CONFIG, hubForTest, WEIGHTS, weights, weightsUrl } from './hub-fixture.ts';

describe('the files of a repository', () => {
  it('are served from the CDN if they are LFS files, by a signed URL on another host', async () => {
    const hub = await hubForTest();
    const { sha, files } = hub.commit('org/model');
    const { status, headers } = await ask(`${hub.endpoint}/org/model/resolve/main/model.gguf`, {
      method: 'HEAD',
    });
    const cdn = new URL(headers.location ?? '');
    expect(status).toBe(302);
    expect([cdn.hostname, cdn.port]).toEqual(['localhost', String(hub.cdnPort)]);
    expect(headers).toMatchObject({
      'x-repo-commit': sha,
      'x-linked-etag': `"${files.get('model.gguf')?.sha256}"`,
      'x-linked-size': String(WEIGHTS.size),
    });
    expect((await ask(cdn.href)).body.equals(weights())).toBe(true);
    expect((await ask(cdn.href.replace('Signature=', 'Signature=0'))).status).toBe(403);
  });

  it('are served after one relative redirect if they are plain, with the git id as ETag', async () => {
    const hub = await hubForTest();
    const { sha, files } = hub.commit('org/model');
    const link = await ask(`${hub.endpoint}/org/model/resolve/main/config.json`);
    const file = await ask(`${hub.endpoint}${link.headers.location}`);
    expect(link.headers.location).toMatch(/^\/api\/resolve-cache\//);
    expect(file.headers).toMatchObject({
      etag: `"${files.get('config.json')?.oid}"`,
      'x-repo-commit': sha,
      'content-length': String(CONFIG.length),
    });
    expect(file.body.toString()).toBe(CONFIG);
  });

  it('are found in directories and at a revision', async () => {
    const hub = await hubForTest();
    const reply = await follow(`${hub.endpoint}/org/model/resolve/v1.0/config.json`);
    const inFolder = await follow(`${hub.endpoint}/org/model/resolve/main/onnx/model.onnx`);
    expect([reply.body.toString(), inFolder.body.toString()]).toEqual(['{}', 'onnx']);
  });

  it('are compressed with a weak ETag if they are plain and the client accepts gzip', async () => {
    const hub = await hubForTest();
    const link = await ask(`${hub.endpoint}/org/model/resolve/main/config.json`);
    const file = await ask(`${hub.endpoint}${link.headers.location}`, {
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(file.headers).toMatchObject({ 'content-encoding': 'gzip', etag: expect.stringMatching(/^W\//) });
    expect(file.headers['content-length']).toBeUndefined();
    expect(gunzipSync(file.body).toString()).toBe(CONFIG);
  });
});

describe('a range', () => {
  it.each([
    ['bytes=100-199', 100, 200],
    ['bytes=8388000-', 8_388_000, WEIGHTS.size],
    ['bytes=-10', WEIGHTS.size - 10, WEIGHTS.size],
  ])('%s returns exactly these bytes', async (range, start, end) => {
    const hub = await hubForTest();
    const reply = await ask(weightsUrl(hub), { headers: { range } });
    expect(reply.status).toBe(206);
    expect(reply.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${WEIGHTS.size}`);
    expect(reply.body.equals(weights(start, end))).toBe(true);
  });

  it('past the end returns 416 with the size', async () => {
    const hub = await hubForTest();
    const reply = await ask(weightsUrl(hub), { headers: { range: `bytes=${WEIGHTS.size}-` } });
    expect([reply.status, reply.headers['content-range']]).toEqual([416, `bytes */${WEIGHTS.size}`]);
  });

  it('is honored if If-Range matches the ETag; otherwise the whole file is sent', async () => {
    const hub = await hubForTest();
    const { etag = '' } = (await ask(weightsUrl(hub), { method: 'HEAD' })).headers;
    const statusFor = async (condition: string): Promise<number> =>
      (await ask(weightsUrl(hub), { headers: { range: 'bytes=5-', 'if-range': condition } })).status;
    expect([await statusFor(etag), await statusFor('"other"')]).toEqual([206, 200]);
  });
});

describe('plain files', () => {
  it('are served on both ports', async () => {
    const hub = await hubForTest();
    const replies = await Promise.all(
      [hub.endpoint, hub.cdnEndpoint].map((base) => ask(`${base}/files/plain/model.gguf`)),
    );
    expect(replies.map(({ body }) => body.equals(weights()))).toEqual([true, true]);
    expect((await ask(`${hub.endpoint}/files/none`)).status).toBe(404);
  });
});
