import { expect, test } from 'vitest';
import { sendContent, sha256 } from '../../helpers/store/model-server.ts';
import { MIB, sendCut, transferRig } from '../../helpers/store/transfer-fixture.ts';

test('downloads a file with one request and no range', async () => {
  const rig = await transferRig();
  const { digest, file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(digest).toEqual({ algorithm: 'sha256', hex: sha256(rig.content) });
  expect(rig.server.requests).toHaveLength(1);
  expect(rig.server.requests[0]?.headers.range).toBeUndefined();
});

test('sends no request for an empty file', async () => {
  const rig = await transferRig(null, 0);
  expect((await rig.fetch()).file).toHaveLength(0);
  expect(rig.server.requests).toHaveLength(0);
});

test('[fail R4] resumes a connection that breaks repeatedly, as long as there is progress', async () => {
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

test('[fail S1] gives up after a limited number of retries if the server never sends data', async () => {
  const rig = await transferRig((_, __, response) => response.destroy());
  await expect(rig.fetch()).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: expect.stringContaining('acme/tiny/model.bin at byte 0'),
  });
  expect(rig.server.requests).toHaveLength(9);
});

test('[fail S3] reconnects after a stall', async () => {
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

test('[fail S2] [fail S6] [req R73] reports a download that stalls with file, offset, host and reason, while it is retried and at the end', async () => {
  const rig = await transferRig(
    (_, request, response) => {
      if (request.headers.range === undefined)
        sendCut(request, response, { content: rig.content, bytes: MIB });
    },
    2 * MIB,
    300,
  );
  const waits: string[] = [];
  const { host } = new URL(rig.server.url);
  const stalled = new RegExp(`^acme/tiny/model.bin at byte [1-9]\\d*: .*${host}.*: no data received`);
  await expect(rig.fetch({ onWait: (reason) => waits.push(reason) })).rejects.toMatchObject({
    code: 'RMA_HUB_UNREACHABLE',
    message: expect.stringMatching(stalled),
  });
  expect(waits.length).toBeGreaterThan(5);
  expect(waits.at(-1)).toMatch(stalled);
  expect(waits.at(-1)).toMatch(/; retrying$/);
});

test('reports no retry of a connection that breaks after progress', async () => {
  const rig = await transferRig(
    (_, request, response) => sendCut(request, response, { content: rig.content, bytes: MIB }),
    4 * MIB,
  );
  const waits: string[] = [];
  await rig.fetch({ onWait: (reason) => waits.push(reason) });
  expect(waits).toEqual([]);
});

test('[fail H3] requests at most 8 GiB at once, because hubs refuse responses above 50 GB', async () => {
  const rig = await transferRig((_, __, response) => response.writeHead(404).end());
  await expect(rig.fetch({ bytes: 60e9 })).rejects.toMatchObject({ code: 'RMA_HUB_NOT_FOUND' });
  expect(rig.server.requests.map(({ headers }) => headers.range)).toEqual(['bytes=0-8589934591']);
});

test('[fail H4] accepts the whole file instead of a range from a mirror that sends no length', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: MIB });
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(rig.content);
  });
  expect((await rig.fetch()).file.equals(rig.content)).toBe(true);
  expect(rig.server.requests).toHaveLength(2);
});

test('[fail C1] restarts the file if the server ignores the range', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: MIB });
    sendContent({ method: 'GET', headers: {} }, response, rig.content);
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.server.requests).toHaveLength(2);
});

test('gives up on a server that ignores ranges and always breaks', async () => {
  const rig = await transferRig((_, __, response) => {
    sendCut({ method: 'GET', headers: {}, path: '', server: 'hub' }, response, {
      content: rig.content,
      bytes: MIB,
    });
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
  expect(rig.server.requests.length).toBeLessThan(10);
});

test('[fail C1] rejects a compressed response', async () => {
  const rig = await transferRig((_, __, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(rig.content);
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: 'RMA_HUB_BAD_ANSWER' });
  expect(rig.received()).toBe(0);
});

test.each([
  ['another start', (size: number) => `bytes 5-${size - 1}/${size}`],
  ['no range', () => 'bytes'],
  ['an end beyond the requested one', (size: number) => `bytes ${MIB}-${size}/${size}`],
])('[fail C7] discards a part with %s and downloads the whole file', async (_, contentRange) => {
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

test('[fail C12] restarts once from zero after a 416', async () => {
  const rig = await transferRig((n, request, response) => {
    if (n === 1) return sendCut(request, response, { content: rig.content, bytes: MIB });
    if (n === 2) return response.writeHead(416, { 'content-range': `bytes */${rig.content.length}` }).end();
    sendContent(request, response, rig.content);
  });
  const { file } = await rig.fetch();
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.server.requests[2]?.headers.range).toBeUndefined();
});

test('[fail C3] does not treat 416 as the end of the file', async () => {
  const rig = await transferRig((_, request, response) => {
    if (request.headers.range === undefined)
      return sendCut(request, response, { content: rig.content, bytes: MIB });
    response.writeHead(416).end();
  });
  await expect(rig.fetch()).rejects.toMatchObject({ code: expect.stringMatching(/^RMA_HUB_/) });
});

test('restarts a file that changes during the download', async () => {
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

test('[fail H2] requests a new signed URL after the old one expired', async () => {
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

test('[fail H2] gives up after three new signed URLs were rejected', async () => {
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
] as const)('does not retry status %i of the hub', async (...[status, headers, code, exitCode]) => {
  const rig = await transferRig((_, __, response) => response.writeHead(status, headers).end());
  await expect(rig.fetch()).rejects.toMatchObject({ code, exitCode });
  expect(rig.server.requests).toHaveLength(1);
});

test.each([{ 'retry-after': '42' }, { ratelimit: '"resolvers";r=0;t=42' }])(
  '[case F10] [fail H1] retries a busy server after the time in %j, and reports the wait',
  async (headers) => {
    const rig = await transferRig((n, request, response) => {
      if (n === 1) response.writeHead(429, headers).end();
      else sendContent(request, response, rig.content);
    });
    const waits: string[] = [];
    await rig.fetch({ onWait: (reason) => waits.push(reason) });
    expect(rig.clock.sleeps).toContain(42_000);
    expect(waits).toEqual([expect.stringMatching(/limits the request rate \(HTTP 429\); retrying in 42 s$/)]);
  },
);
