import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SeenRequest, sendContent, sendWithHeaders, sha256 } from '../../helpers/store/model-server.ts';
import { MIB, parallelRig, type TransferRig } from '../../helpers/store/transfer-fixture.ts';

const SIZE = 64 * MIB;
const LIMIT = 4 * MIB;

/** A line on which each connection has its own limit. */
const perConnection = (responses: number) => LIMIT * Math.max(1, responses);

/** A rig whose server answers the n-th request with a range with `answer`, as long as that returns true. */
async function rangesRig(
  answer: (n: number, request: SeenRequest, response: ServerResponse) => boolean,
): Promise<TransferRig> {
  let ranges = 0;
  const rig: TransferRig = await parallelRig(
    (_, request, response) => {
      if (request.headers.range !== undefined) ranges += 1;
      if (request.headers.range === undefined || !answer(ranges, request, response))
        sendContent(request, response, rig.content);
    },
    { size: SIZE, rate: perConnection },
  );
  return rig;
}

test('a file on a line with a limit per connection gets eight connections, and each byte is received once', async () => {
  const rig = await parallelRig(null, { size: SIZE, rate: perConnection });
  const { file } = await rig.fetch({ connections: 8 });
  expect(file.equals(rig.content)).toBe(true);
  expect(rig.connections()).toBe(8);
  expect(rig.received()).toBe(SIZE);
  const [first, ...others] = rig.server.requests.map(({ headers }) => headers);
  expect(first?.range).toBeUndefined();
  expect(others.every((headers) => headers.range !== undefined && headers['if-range'] !== undefined)).toBe(
    true,
  );
});

test('a file that may have two connections gets the second one for a short time only if it does not help', async () => {
  const rig = await parallelRig(null, { size: SIZE, rate: () => LIMIT });
  expect((await rig.fetch({ connections: 2 })).file.equals(rig.content)).toBe(true);
  expect(rig.connections()).toBe(2);
  expect(rig.server.requests.length).toBeLessThan(4);
});

test('never opens more connections than the job allows', async () => {
  const rig = await parallelRig(null, { size: SIZE, rate: perConnection });
  expect((await rig.fetch({ connections: 3 })).file.equals(rig.content)).toBe(true);
  expect(rig.connections()).toBe(3);
});

test('a file on a line that one connection fills gets more for a short time only', async () => {
  const rig = await parallelRig(null, { size: SIZE, rate: () => LIMIT });
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.connections()).toBe(4);
  expect(rig.server.requests.length).toBeLessThan(8);
});

test.each<[string, (response: ServerResponse, content: Buffer) => void]>([
  [
    'no Accept-Ranges',
    (response, content) => response.writeHead(200, { 'content-length': content.length, etag: '"x"' }),
  ],
  [
    'a weak entity tag',
    (response, content) =>
      response.writeHead(200, { 'content-length': content.length, 'accept-ranges': 'bytes', etag: 'W/"x"' }),
  ],
  [
    'no entity tag',
    (response, content) =>
      response.writeHead(200, { 'content-length': content.length, 'accept-ranges': 'bytes' }),
  ],
])('[fail H4] a server that sends %s gets one connection', async (_, head) => {
  const rig = await parallelRig(
    (__, ___, response) => {
      head(response, rig.content);
      response.end(rig.content);
    },
    { size: SIZE, rate: perConnection },
  );
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.server.requests).toHaveLength(1);
});

test('[fail H4] a server that sends a chunked body gets one connection', async () => {
  const rig = await parallelRig(
    (_, __, response) => {
      response.writeHead(200, { 'accept-ranges': 'bytes', etag: '"x"' });
      response.end(rig.content);
    },
    { size: SIZE, rate: perConnection },
  );
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.server.requests.map(({ headers }) => headers.range)).toEqual([undefined]);
});

test('[fail H4] the whole file instead of a range for a second connection does not affect the first one', async () => {
  const rig = await rangesRig((_, request, response) => {
    sendContent({ ...request, headers: {} }, response, rig.content);
    return true;
  });
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(SIZE);
  expect(rig.server.requests.length).toBeLessThan(4);
});

test.each([429, 503, 500])(
  'a server that refuses a third connection with %i keeps the two it has',
  async (status) => {
    let open = 0;
    const rig = await parallelRig(
      (_, request, response) => {
        open += 1;
        response.on('close', () => (open -= 1));
        if (open > 2) response.writeHead(status).end();
        else sendContent(request, response, rig.content);
      },
      { size: SIZE, rate: perConnection },
    );
    const waits: string[] = [];
    const onWait = (reason: string) => waits.push(reason);
    expect((await rig.fetch({ connections: 8, onWait })).file.equals(rig.content)).toBe(true);
    expect(rig.received()).toBe(SIZE);
    expect(waits).toEqual([]);
  },
);

test('[fail H1] the wait that a server requests from one connection applies to all', async () => {
  const rig = await rangesRig((n, _, response) => {
    if (n !== 1) return false;
    response.writeHead(429, { 'retry-after': '42' }).end();
    return true;
  });
  const begun = rig.clock.monotonic();
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(SIZE);
  if (rig.server.requests.length > 2) expect(rig.clock.monotonic() - begun).toBeGreaterThan(42_000);
});

test('[fail R4] connections that break again and again leave their ranges to each other', async () => {
  const rig = await rangesRig((n, request, response) => {
    if (n % 3 !== 0) return false;
    const write = response.write.bind(response);
    response.end = ((chunk: Buffer) => {
      write(chunk.subarray(0, MIB / 2), () => response.destroy());
      return response;
    }) as typeof response.end;
    sendContent(request, response, rig.content);
    return true;
  });
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(SIZE);
});

test('[fail C7] a second connection that gets another range, or another file, changes nothing of the first', async () => {
  const rig = await rangesRig((_, request, response) => {
    const [from = 0, to = 0] = (request.headers.range ?? '').match(/\d+/g)?.map(Number) ?? [];
    response.writeHead(206, { 'content-range': `bytes ${from + 1}-${to}/${SIZE}` });
    response.end(Buffer.alloc(to - from));
    return true;
  });
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(SIZE);
});

test('a file that changes on the server during a parallel download is downloaded again', async () => {
  let changed = false;
  const rig = await parallelRig(
    (_, request, response) => {
      if (changed) return sendContent(request, response, rig.content);
      if (request.headers.range === undefined) {
        sendWithHeaders({ request, response }, Buffer.alloc(SIZE), { etag: '"old"' });
        return;
      }
      changed = true;
      sendContent(request, response, rig.content);
    },
    { size: SIZE, rate: perConnection },
  );
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.connections()).toBeGreaterThan(1);
});

test('[fail H2] the redirect of a file is followed once, and again when the address at its end has expired', async () => {
  let expired = 0;
  const rig = await parallelRig(
    (n, request, response) => {
      if (request.server === 'hub') {
        response.writeHead(302, { location: `${rig.server.cdn}/signed?n=${n}` }).end();
      } else if (request.path === '/signed?n=1' && rig.received() > SIZE / 2) {
        expired += 1;
        response.writeHead(403).end();
      } else {
        sendContent(request, response, rig.content);
      }
    },
    { size: SIZE, rate: perConnection },
  );
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(SIZE);
  const resolved = rig.server.requests.filter(({ server }) => server === 'hub').length;
  expect(resolved).toBeLessThanOrEqual(1 + expired);
  expect(rig.connections()).toBe(8);
});

test('[fail R8] an abort of a parallel download keeps every synced range, and the next process fetches only the rest', async () => {
  const rig = await parallelRig(null, { size: SIZE, rate: perConnection });
  const controller = new AbortController();
  let received = 0;
  const onBytes = (bytes: number, now: number) => {
    received = Math.max(received, bytes);
    rig.clock.advance(now > 0 ? (now / (LIMIT * 8)) * 8000 : 0);
    if (bytes > SIZE * 0.6) controller.abort(new Error('SIGTERM'));
  };
  const job = { connections: 8, onBytes, signal: controller.signal };
  await expect(rig.fetch(job)).rejects.toThrow('SIGTERM');
  const [name = ''] = readdirSync(rig.folder).filter((file) => file.endsWith('.json'));
  const journal = JSON.parse(readFileSync(join(rig.folder, name), 'utf8')) as { ranges: [number, number][] };
  const kept = journal.ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  expect(kept).toBeGreaterThan(SIZE * 0.6);
  expect((await rig.fetch({ connections: 8 })).file.equals(rig.content)).toBe(true);
  expect(rig.received()).toBe(SIZE - kept);
});

test('[fail S4] a range that stalls while others arrive is requested again over a new connection', async () => {
  let stalled = 0;
  const rig: TransferRig = await parallelRig(
    (_, request, response) => {
      if (request.headers.range === undefined || stalled > 0)
        return sendContent(request, response, rig.content);
      stalled += 1;
      const [from = 0, to = 0] = (request.headers.range.match(/\d+/g) ?? []).map(Number);
      const etag = `"${sha256(rig.content).slice(0, 32)}"`;
      const length = to + 1 - from;
      const headers = { etag, 'content-length': length, 'content-range': `bytes ${from}-${to}/${SIZE}` };
      response.writeHead(206, headers).write(rig.content.subarray(from, from + 1000));
    },
    { size: SIZE, rate: (responses) => (MIB / 2) * Math.max(1, responses) },
  );
  expect((await rig.fetch({ connections: 4 })).file.equals(rig.content)).toBe(true);
  expect(stalled).toBe(1);
  expect(rig.received()).toBe(SIZE);
});
