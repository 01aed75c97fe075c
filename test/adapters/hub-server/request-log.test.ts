import { describe, expect, it } from 'vitest';
import { ask, follow } from './http-client.ts';
import { CONFIG, hubForTest, WEIGHTS, weightsUrl } from './hub-fixture.ts';

describe('the request log', () => {
  it('records client, method, path, port, range, status, bytes and user agent', async () => {
    const hub = await hubForTest();
    await ask(`${weightsUrl(hub)}?x=1`, { headers: { range: 'bytes=0-9', 'user-agent': 'tester/1' } });
    expect(hub.log.entries()).toEqual([
      {
        port: 'api',
        method: 'GET',
        path: '/files/plain/model.gguf',
        query: 'x=1',
        from: '127.0.0.1',
        userAgent: 'tester/1',
        range: 'bytes=0-9',
        ifRange: undefined,
        authorized: false,
        tokenHash: undefined,
        status: 206,
        bytesSent: 10,
        file: true,
        state: 'done',
      },
    ]);
  });

  it('counts only GETs of bodies as content requests: no listing, HEAD or redirect', async () => {
    const hub = await hubForTest();
    await ask(`${hub.endpoint}/api/models/org/model/tree/main`);
    await ask(`${hub.endpoint}/org/model/resolve/main/model.gguf`, { method: 'HEAD' });
    expect(hub.log.contentRequests()).toEqual([]);
    await follow(`${hub.endpoint}/org/model/resolve/main/model.gguf`);
    await follow(`${hub.endpoint}/org/model/resolve/main/config.json`);
    expect(hub.log.contentRequests().map(({ port, bytesSent }) => [port, bytesSent])).toEqual([
      ['cdn', WEIGHTS.size],
      ['api', CONFIG.length],
    ]);
  });

  it('resolves waitFor when a request ends, and at once if it already has', async () => {
    const hub = await hubForTest();
    const coming = hub.log.waitFor(({ method }) => method === 'HEAD');
    await ask(weightsUrl(hub), { method: 'HEAD' });
    const past = await hub.log.waitFor(({ method }) => method === 'HEAD');
    expect(await coming).toBe(past);
    hub.log.clear();
    expect(hub.log.entries()).toEqual([]);
  });
});
