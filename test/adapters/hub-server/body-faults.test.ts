import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ask } from './http-client.ts';
import { hubForTest, WEIGHTS, weights, weightsUrl } from './hub-fixture.ts';

const MIB = 1024 * 1024;

describe('faults in a body', () => {
  it('flip-byte changes one byte and nothing else', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'flip-byte', offset: 5 * MIB });
    const { body, headers } = await ask(weightsUrl(hub));
    const differing = weights().findIndex((byte, index) => byte !== body[index]);
    expect(headers['content-length']).toBe(String(WEIGHTS.size));
    expect(differing).toBe(5 * MIB);
    expect(body.subarray(5 * MIB + 1).equals(weights(5 * MIB + 1))).toBe(true);
  });

  it('flip-byte leaves a range without that byte unchanged', async () => {
    const hub = await hubForTest();
    const fault = hub.faults.add({ kind: 'flip-byte', offset: 0 });
    const { body } = await ask(weightsUrl(hub), { headers: { range: 'bytes=1-100' } });
    expect(body.equals(weights(1, 101))).toBe(true);
    expect(fault.hits).toBe(0);
  });

  it.each([
    ['after a number of bytes', { bytes: 2 * MIB }, 3 * MIB],
    ['at an offset of the file', { offset: 2 * MIB }, 2 * MIB],
  ])('cut closes the connection %s', async (_, point, end) => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'cut', ...point });
    const reply = await ask(weightsUrl(hub), { headers: { range: `bytes=${MIB}-` } });
    expect(reply.complete).toBe(false);
    expect(reply.body.equals(weights(MIB, end))).toBe(true);
  });

  it('stall sends some bytes, then nothing until it is removed', async () => {
    const hub = await hubForTest();
    const fault = hub.faults.add({ kind: 'stall', bytes: 3 * MIB });
    let received = 0;
    const reply = ask(weightsUrl(hub), {
      hangUp: (bytes) => {
        received = bytes;
        return false;
      },
    });
    await fault.reached();
    expect(hub.log.entries()[0]).toMatchObject({ bytesSent: 3 * MIB, state: 'open' });
    expect(received).toBeLessThanOrEqual(3 * MIB);
    fault.remove();
    expect((await reply).body.equals(weights())).toBe(true);
  });

  it('stall ends when the client hangs up', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'stall', bytes: MIB });
    const reply = await ask(weightsUrl(hub), { hangUp: (received) => received === MIB });
    await hub.log.waitFor(({ state }) => state === 'aborted');
    expect(reply.complete).toBe(false);
  });

  it('slow throttles the response', async () => {
    const hub = await hubForTest();
    const fault = hub.faults.add({ kind: 'slow', bytesPerSecond: 20 });
    await ask(weightsUrl(hub), { hangUp: (received) => received > 0 });
    const { bytesSent } = await hub.log.waitFor(({ state }) => state === 'aborted');
    expect(bytesSent).toBeLessThan(1000);
    expect(fault.hits).toBe(1);
  });

  it('slow ends for a response in progress when it is removed', async () => {
    const hub = await hubForTest();
    const fault = hub.faults.add({ kind: 'slow', bytesPerSecond: 20 });
    const reply = ask(weightsUrl(hub));
    await fault.reached();
    fault.remove();
    expect((await reply).body.length).toBe(WEIGHTS.size);
  });

  it('ignore-range answers a range request with the whole file', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'ignore-range' });
    const reply = await ask(weightsUrl(hub), { headers: { range: 'bytes=5-9' } });
    expect([reply.status, reply.body.length, reply.headers['content-range']]).toEqual([
      200,
      WEIGHTS.size,
      undefined,
    ]);
  });

  it('wrong-content-range sends a header that does not match the body', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'wrong-content-range' });
    const reply = await ask(weightsUrl(hub), { headers: { range: 'bytes=5-9' } });
    expect(reply.headers['content-range']).toBe(`bytes 6-10/${WEIGHTS.size}`);
    expect(reply.body.equals(weights(5, 10))).toBe(true);
  });

  it('etag changes the ETag, so that If-Range with the old one returns the whole file', async () => {
    const hub = await hubForTest();
    const { etag = '' } = (await ask(weightsUrl(hub), { method: 'HEAD' })).headers;
    hub.faults.add({ kind: 'etag', etag: 'changed' });
    const reply = await ask(weightsUrl(hub), { headers: { range: 'bytes=5-9', 'if-range': etag } });
    expect([reply.status, reply.headers.etag]).toEqual([200, '"changed"']);
  });

  it('gzip compresses without Accept-Encoding and ignores the range', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'gzip' });
    const reply = await ask(weightsUrl(hub), {
      headers: { range: 'bytes=5-9', 'accept-encoding': 'identity' },
    });
    expect([reply.status, reply.headers['content-encoding']]).toEqual([200, 'gzip']);
    expect(gunzipSync(reply.body).equals(weights())).toBe(true);
  });

  it('no-length omits Content-Length', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'no-length' });
    const reply = await ask(weightsUrl(hub));
    expect(reply.headers['content-length']).toBeUndefined();
    expect([reply.complete, reply.body.equals(weights())]).toEqual([true, true]);
  });
});
