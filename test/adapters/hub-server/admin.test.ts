import { describe, expect, it } from 'vitest';
import { ask, askJson } from './http-client.ts';
import { hubForTest, weightsUrl } from './hub-fixture.ts';

describe('the admin endpoint', () => {
  it('adds faults, counts their hits and removes them', async () => {
    const hub = await hubForTest();
    const faults = `${hub.endpoint}/__hub/faults`;
    const fault = { kind: 'status', status: 500, times: 5 };
    const added = await ask(faults, { method: 'POST', body: JSON.stringify(fault) });
    expect((await ask(weightsUrl(hub))).status).toBe(500);
    const { id } = JSON.parse(added.body.toString());
    expect([added.status, await askJson(faults)]).toEqual([201, [{ id, hits: 1, fault }]]);
    expect((await ask(`${faults}/${id}`, { method: 'DELETE' })).status).toBe(200);
    expect([await askJson(faults), (await ask(weightsUrl(hub))).status]).toEqual([[], 200]);
  });

  it('returns and clears the log, which does not list its own requests', async () => {
    const hub = await hubForTest();
    await ask(`${hub.endpoint}/api/models/org/model`);
    await ask(weightsUrl(hub));
    const log = `${hub.endpoint}/__hub/log`;
    expect(await askJson(log)).toHaveLength(2);
    expect(await askJson(`${log}?content=true`)).toHaveLength(1);
    expect(await askJson(log, { method: 'DELETE' })).toEqual([]);
  });

  it.each([
    ['{', /JSON/],
    ['"cut"', /a fault is a JSON object/],
    ['{"kind":"melt"}', /unknown fault melt/],
    ['{"kind":"toString"}', /unknown fault toString/],
    ['{"kind":"slow"}', /needs bytesPerSecond/],
    ['{"kind":"cut","byte":1}', /has no byte/],
    ['{"kind":"html","times":"2"}', /times of fault html is a number/],
  ])('rejects %s', async (body, message) => {
    const hub = await hubForTest();
    const reply = await ask(`${hub.endpoint}/__hub/faults`, { method: 'POST', body });
    expect(reply.status).toBe(400);
    expect(reply.body.toString()).toMatch(message);
    expect(hub.faults.list()).toEqual([]);
  });
});

describe('a hub', () => {
  it('answers 400 to a malformed URL and 404 to an unknown one', async () => {
    const hub = await hubForTest();
    const paths = ['/%zz', '/nothing', '/__hub/nothing', '/api/models/org/model/nothing'];
    const replies = await Promise.all(paths.map((path) => ask(hub.endpoint + path)));
    expect(replies.map(({ status }) => status)).toEqual([400, 404, 404, 404]);
  });

  it('listens on the same port of several addresses', async () => {
    const hub = await hubForTest({ hosts: ['127.0.0.1', '127.0.0.2'] });
    const url = `http://127.0.0.2:${hub.port}/org/model/resolve/main/model.gguf`;
    const { location = '' } = (await ask(url)).headers;
    expect(new URL(location).host).toBe(`127.0.0.2:${hub.cdnPort}`);
    expect((await ask(location, { method: 'HEAD' })).status).toBe(200);
  });

  it('reports a port in use', async () => {
    const hub = await hubForTest();
    await expect(hubForTest({ port: hub.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: hub.port,
    });
  });
});
