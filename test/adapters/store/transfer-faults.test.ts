import { expect, test } from 'vitest';
import { sendContent, sha256 } from '../../helpers/store/model-server.ts';
import { MIB, sendCut, transferRig } from '../../helpers/store/transfer-fixture.ts';

test('a file arrives whole, with one request and no range', async () => {
  const rig = await transferRig();
  const { digest, file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(digest).toEqual({ algorithm: 'sha256', hex: sha256(rig.content) });
  expect(rig.server.requests).toHaveLength(1);
  expect(rig.server.requests[0]?.headers.range).toBeUndefined();
});

test('an empty file needs no request', async () => {
  const rig = await transferRig(null, 0);
  expect((await rig.fetch()).file).toHaveLength(0);
  expect(rig.server.requests).toHaveLength(0);
});

test('[fail R4] a connection that breaks again and again resumes where it was, for as long as it gets on', async () => {
  const rig = await transferRig(
    (_, request, response) => sendCut(request, response, { content: rig.content, bytes: 300_000 }),
    6 * MIB,
  );
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(rig.content.length);
  expect(rig.server.requests.length).toBeGreaterThan(8);
  expect(rig.server.requests[1]?.headers).toMatchObject({
    range: expect.stringMatching(/^bytes=[1-9]\d*-6291455$/),
    'if-range': expect.stringMatching(/^"/),
  });
});

test('[fail S1] a server that never sends anything is given up after a bounded number of tries', async () => {
  const rig = await transferRig((_, __, response) => response.destroy());
  await expect(rig.fetch()).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: expect.stringContaining('acme/tiny/model.bin at byte 0'),
  });
  expect(rig.server.requests).toHaveLength(9);
});

test('[fail S3] a stall in the middle is left by a new connection', async () => {
  const rig = await transferRig(
    (n, request, response) => {
      if (n > 1) return sendContent(request, response, rig.content);
      response.writeHead(200, { 'content-length': rig.content.length, etag: '"x"' });
      response.write(rig.content.subarray(0, MIB));
    },
    2 * MIB,
    300,
  );
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
});

test('[fail C1] a server that ignores the range starts the file again, cleanly', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: MIB });
    sendContent({ method: 'GET', headers: {} }, response, rig.content);
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.server.requests).toHaveLength(2);
});

test('a server that ignores ranges and always breaks is given up', async () => {
  const rig = await transferRig((_, __, response) => {
    sendCut({ method: 'GET', headers: {}, path: '', server: 'hub' }, response, {
      content: rig.content,
      bytes: MIB,
    });
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
  expect(rig.server.requests.length).toBeLessThan(10);
});

test('[fail C1] a compressed answer is not written', async () => {
  const rig = await transferRig((_, __, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(rig.content);
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
  expect(rig.received()).toBe(0);
});

test.each([
  ['another start', (size: number) => `bytes 5-${size - 1}/${size}`],
  ['no range at all', () => 'bytes'],
  ['an end beyond the one asked for', (size: number) => `bytes ${MIB}-${size}/${size}`],
])('[fail C7] a part with %s is not written; the file is fetched whole instead', async (_, contentRange) => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: MIB });
    if (request.headers.range === undefined) return sendContent(request, response, rig.content);
    response
      .writeHead(206, { 'content-range': contentRange(rig.content.length) })
      .end(rig.content.subarray(MIB));
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(rig.content.length + MIB);
});

test('[fail C12] 416 drops the partial and starts again once', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: MIB });
    if (n === 2) return response.writeHead(416, { 'content-range': `bytes */${rig.content.length}` }).end();
    sendContent(request, response, rig.content);
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.server.requests[2]?.headers.range).toBeUndefined();
});

test('[fail C3] 416 is never taken for the end of the file', async () => {
  const rig = await transferRig((_, request, response) => {
    if (request.headers.range === undefined)
      return sendCut(request, response, { content: rig.content, bytes: MIB });
    response.writeHead(416).end();
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: expect.stringMatching(/^RMA_HUB_/) });
});

test('a file that changes in the middle is started again, never mixed', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) {
      response.writeHead(200, { 'content-length': rig.content.length, etag: '"old"' });
      response.write(Buffer.alloc(MIB), () => response.destroy());
      return;
    }
    if (n === 2) {
      const range = `bytes ${MIB}-${rig.content.length - 1}/${rig.content.length}`;
      response.writeHead(206, { 'content-range': range, etag: '"new"' }).end(rig.content.subarray(MIB));
      return;
    }
    sendContent(request, response, rig.content);
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
});

test('[fail H2] an expired signed URL is asked for again at its origin', async () => {
  const rig = await transferRig((_, request, response) => {
    const signed = rig.server.requests.filter(({ server }) => server === 'cdn').length;
    if (request.server === 'hub') response.writeHead(302, { location: `${rig.server.cdn}/signed` }).end();
    else if (signed === 1) sendCut(request, response, { content: rig.content, bytes: MIB });
    else if (signed === 2) response.writeHead(403).end();
    else sendContent(request, response, rig.content);
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(rig.content.length);
});

test('[fail H2] a signed URL that is refused every time ends after three more tries', async () => {
  const rig = await transferRig((_, request, response) => {
    if (request.server === 'hub') response.writeHead(302, { location: `${rig.server.cdn}/signed` }).end();
    else response.writeHead(403).end();
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_HUB_FORBIDDEN', exitCode: 4 });
  expect(rig.server.requests.filter(({ server }) => server === 'cdn')).toHaveLength(4);
});

test.each([
  [401, {}, 'RMA_HUB_UNAUTHORIZED', 4],
  [403, { 'x-error-code': 'GatedRepo' }, 'RMA_HUB_GATED', 4],
  [404, {}, 'RMA_HUB_NOT_FOUND', 1],
] as const)(
  'status %i of the hub itself is not tried again',
  async (...[status, headers, code, exitCode]) => {
    const rig = await transferRig((_, __, response) => response.writeHead(status, headers).end());
    await expect(rig.fetch()).rejects.toMatchObject({ code, exitCode });
    expect(rig.server.requests).toHaveLength(1);
  },
);

test('[fail H1] a busy server is asked again after the time it names', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) response.writeHead(429, { 'retry-after': '42' }).end();
    else sendContent(request, response, rig.content);
  });
  await rig.fetch();
  expect(rig.clock.sleeps).toContain(42_000);
});
