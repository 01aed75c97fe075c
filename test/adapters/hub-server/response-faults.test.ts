import { describe, expect, it } from 'vitest';
import { ask, askJson } from './http-client.ts';
import { hubForTest, WEIGHTS, weightsUrl } from './hub-fixture.ts';

describe('faults that replace the response', () => {
  it.each([401, 403, 404, 416, 429, 500, 503])('status answers %d', async (status) => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'status', status });
    expect((await ask(weightsUrl(hub))).status).toBe(status);
  });

  it('status can set Retry-After and an error code', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'status', status: 429, retryAfter: '7', errorCode: 'RateLimited' });
    expect((await ask(weightsUrl(hub))).headers).toMatchObject({
      'retry-after': '7',
      'x-error-code': 'RateLimited',
    });
  });

  it('html answers 200 with a page', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'html' });
    const reply = await ask(weightsUrl(hub));
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(reply.body.toString()).toMatch(/^<!doctype html>/);
  });

  it('redirect sends any location', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'redirect', to: 'http://other.example/x' });
    expect((await ask(weightsUrl(hub))).headers.location).toBe('http://other.example/x');
  });

  it('redirect-loop redirects to itself', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'redirect-loop' });
    expect((await ask(`${weightsUrl(hub)}?a=1`)).headers.location).toBe('/files/plain/model.gguf?a=1');
  });
});

describe('the scope of a fault', () => {
  it('is a path, a port, a method and a number of requests', async () => {
    const hub = await hubForTest();
    hub.faults.add({
      kind: 'status',
      status: 503,
      path: '*model.gguf',
      port: 'cdn',
      method: 'GET',
      times: 1,
    });
    const onCdn = `${hub.cdnEndpoint}/files/plain/model.gguf`;
    const statuses = [];
    for (const [url, method] of [
      [weightsUrl(hub), 'GET'],
      [`${hub.cdnEndpoint}/files/other`, 'GET'],
      [onCdn, 'HEAD'],
      [onCdn, 'GET'],
      [onCdn, 'GET'],
    ] as const) {
      statuses.push((await ask(url, { method })).status);
    }
    expect(statuses).toEqual([200, 404, 200, 503, 200]);
  });

  it('can skip the first requests', async () => {
    const hub = await hubForTest();
    const fault = hub.faults.add({ kind: 'status', status: 500, skip: 1 });
    const statuses = [(await ask(weightsUrl(hub))).status, (await ask(weightsUrl(hub))).status];
    expect([...statuses, fault.hits]).toEqual([200, 500, 1]);
  });

  it('ends when the fault is removed', async () => {
    const hub = await hubForTest();
    const fault = hub.faults.add({ kind: 'status', status: 500 });
    hub.faults.add({ kind: 'html' });
    fault.remove();
    expect((await ask(weightsUrl(hub))).headers['content-type']).toMatch(/html/);
    hub.faults.clear();
    expect((await ask(weightsUrl(hub))).body.length).toBe(WEIGHTS.size);
  });

  it('matches the path literally', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'status', status: 500, path: '/files/plain/model+gguf' });
    expect((await ask(weightsUrl(hub))).status).toBe(200);
  });
});

describe('faults in the metadata of the hub', () => {
  it('wrong-hash changes the hash in listing and headers alike', async () => {
    const hub = await hubForTest();
    const truth = hub.commit('org/model').files.get('model.gguf')?.sha256;
    hub.faults.add({ kind: 'wrong-hash', path: '*/model.gguf' });
    const tree = (await askJson(`${hub.endpoint}/api/models/org/model/tree/main`)) as {
      path: string;
      lfs?: { oid: string };
    }[];
    const listed = tree.find(({ path }) => path === 'model.gguf')?.lfs?.oid;
    const head = await ask(`${hub.endpoint}/org/model/resolve/main/model.gguf`, { method: 'HEAD' });
    expect(listed).toMatch(/^[0-9a-f]{64}$/);
    expect(listed).not.toBe(truth);
    expect(head.headers['x-linked-etag']).toBe(`"${listed}"`);
  });

  it('list-as lists a file under another name', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'list-as', path: '*/config.json', as: '../../evil' });
    const tree = (await askJson(`${hub.endpoint}/api/models/org/model/tree/main?recursive=true`)) as {
      path: string;
    }[];
    expect(tree.map(({ path }) => path)).toContain('../../evil');
    expect(tree.map(({ path }) => path)).not.toContain('config.json');
  });

  it('expired-url expires a signed URL after some uses, and a new one works', async () => {
    const hub = await hubForTest();
    hub.faults.add({ kind: 'expired-url', uses: 2 });
    const signed = async (): Promise<string> =>
      (await ask(`${hub.endpoint}/org/model/resolve/main/model.gguf`)).headers.location ?? '';
    const [first, second] = [await signed(), await signed()];
    const statuses = [];
    for (const url of [first, first, first, second]) {
      statuses.push((await ask(url, { method: 'HEAD' })).status);
    }
    expect(statuses).toEqual([200, 200, 403, 200]);
  });
});
