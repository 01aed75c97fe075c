import { describe, expect, it } from 'vitest';
import type { Registration } from '../../../src/core/domain/registration.ts';
import { readerToken, workerToken } from '../../../src/core/registration-token.ts';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { COORDINATOR_KEY, startCoordinator } from '../../helpers/worker/coordinator.ts';

const BODY: Registration = {
  schema: 'rma.worker/v1',
  id: 'box-demo-cpu',
  host: 'box',
  project: 'demo',
  profile: 'cpu-worker',
  state: 'ready',
  models: [
    { name: 'tiny', ref: 'hf:a/b', engine: 'llamacpp', service: 's', endpoint: 'http://127.0.0.1:8080' },
  ],
  startedAt: '2026-01-02T03:04:05.000Z',
};
const TOKEN = workerToken(COORDINATOR_KEY, BODY.host, BODY.id);

interface Sent {
  readonly body?: unknown;
  /** null: no token */
  readonly token?: string | null;
}

async function call(url: string, request: string, { body, token = TOKEN }: Sent = {}) {
  const [method = '', path = ''] = request.split(' ');
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url + path, init);
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text), text, headers: response.headers };
}

describe('the coordinator', () => {
  it('accepts a registration, extends it on each heartbeat and lists the worker', async () => {
    const clock = new FakeClock();
    await using coordinator = await startCoordinator(clock);
    const { url } = coordinator;
    expect(await call(url, 'POST /v1/workers', { body: BODY })).toMatchObject({
      status: 201,
      body: { leaseSeconds: 15 },
    });
    for (let beat = 0; beat < 5; beat += 1) {
      clock.advance(14_000);
      const answer = await call(url, `PUT /v1/workers/${BODY.id}`, { body: BODY });
      expect(answer).toMatchObject({ status: 200, body: { leaseSeconds: 15 } });
    }
    const models = await call(url, 'GET /v1/models', { token: null });
    expect(models.body.data.map((model: { id: string }) => model.id)).toEqual(['tiny']);
    const workers = await call(url, 'GET /v1/workers', { token: null });
    expect(workers.body.workers).toEqual([{ ...BODY, leaseSecondsLeft: 15 }]);
  });

  it('removes a worker whose lease expired and answers its next heartbeat with 404', async () => {
    const clock = new FakeClock();
    await using coordinator = await startCoordinator(clock);
    await call(coordinator.url, 'POST /v1/workers', { body: BODY });
    clock.advance(15_000);
    expect((await call(coordinator.url, 'GET /v1/models', { token: null })).body.data).toEqual([]);
    expect((await call(coordinator.url, `PUT /v1/workers/${BODY.id}`, { body: BODY })).status).toBe(404);
    expect(coordinator.lines).toContainEqual(expect.stringContaining('removed: no heartbeat for 15 s'));
  });

  it('removes a worker on DELETE', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    await call(coordinator.url, 'POST /v1/workers', { body: BODY });
    expect((await call(coordinator.url, `DELETE /v1/workers/${BODY.id}`)).status).toBe(200);
    expect((await call(coordinator.url, `DELETE /v1/workers/${BODY.id}`)).status).toBe(404);
    expect((await call(coordinator.url, 'GET /v1/workers', { token: null })).body.workers).toEqual([]);
  });

  it('rejects a worker token for another id or host, whatever the method', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    const { url } = coordinator;
    await call(url, 'POST /v1/workers', { body: BODY });
    const stranger = workerToken(COORDINATOR_KEY, 'bay', BODY.id);
    const path = `/v1/workers/${BODY.id}`;
    expect((await call(url, 'POST /v1/workers', { body: { ...BODY, id: 'other' } })).status).toBe(403);
    expect((await call(url, 'POST /v1/workers', { body: { ...BODY, host: 'bay' } })).status).toBe(403);
    expect((await call(url, `PUT ${path}`, { body: BODY, token: stranger })).status).toBe(403);
    expect((await call(url, `DELETE ${path}`, { token: stranger })).status).toBe(403);
    expect((await call(url, 'POST /v1/workers', { body: BODY, token: null })).status).toBe(401);
    expect((await call(url, `DELETE ${path}`, { token: null })).status).toBe(401);
    expect(
      (await call(url, 'POST /v1/workers', { body: { ...BODY, host: 'bay' }, token: stranger })).status,
    ).toBe(409);
    expect((await call(url, 'GET /v1/workers', { token: null })).body.workers).toHaveLength(1);
  });

  it('requires a reader token if configured', async () => {
    await using coordinator = await startCoordinator(new FakeClock(), { readers: 'token' });
    const { url } = coordinator;
    expect((await call(url, 'GET /v1/models', { token: null })).status).toBe(401);
    expect((await call(url, 'GET /v1/workers')).status).toBe(403);
    expect((await call(url, 'GET /v1/models', { token: readerToken(COORDINATOR_KEY) })).status).toBe(200);
    expect((await call(url, 'GET /healthz', { token: null })).status).toBe(200);
  });

  it.each([
    ['invalid JSON', 400, '{'],
    ['an empty body', 400, ''],
    ['a list', 422, []],
    ['a missing field', 422, { ...BODY, startedAt: undefined }],
    ['an unknown state', 422, { ...BODY, state: 'downloading' }],
    ['an id with a slash', 422, { ...BODY, id: 'a/b' }],
    [
      'an endpoint that is not HTTP',
      422,
      { ...BODY, models: [{ ...BODY.models[0], endpoint: 'file:///x' }] },
    ],
    ['more than 1 MiB', 413, { ...BODY, project: 'x'.repeat(1024 * 1024) }],
  ])('answers %s with %i and an error message', async (_what, status, body) => {
    await using coordinator = await startCoordinator(new FakeClock());
    const answer = await call(coordinator.url, 'POST /v1/workers', { body });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({
      code: expect.stringMatching(/^RMA_/),
      message: expect.any(String),
    });
    expect(answer.text).not.toMatch(/\.[mt]s\b|:\d+:\d+/);
  });

  it('answers 404 for an unknown path, 405 with the allowed methods, and 422 if path and body differ', async () => {
    await using coordinator = await startCoordinator(new FakeClock());
    const { url } = coordinator;
    expect((await call(url, 'GET /')).status).toBe(404);
    expect((await call(url, 'GET /v1/workers/__proto__')).status).toBe(405);
    const wrong = await call(url, 'PATCH /v1/workers', { body: {} });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect((await call(url, 'PUT /v1/workers/other', { body: BODY })).status).toBe(422);
  });
});
