import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeClock } from '../../helpers/clock/fake-clock.ts';
import { type RunningCoordinator, startCoordinator } from '../../helpers/worker/coordinator.ts';
import { sendRaw } from '../../helpers/worker/raw-request.ts';
import { CALLS, get, post, worker } from './attack-calls.ts';

let coordinator: RunningCoordinator;

beforeAll(async () => {
  coordinator = await startCoordinator(new FakeClock());
  expect((await sendRaw(coordinator.port, post(worker({})))).status).toBe(201);
});

afterAll(async () => {
  // whatever was sent, the worker is still registered, and is the only one
  const response = await fetch(`${coordinator.url}/v1/workers`);
  const body = (await response.json()) as { readonly workers: readonly { readonly id: string }[] };
  expect(body.workers.map(({ id }) => id)).toEqual(['w']);
  await coordinator[Symbol.asyncDispose]();
});

describe('the coordinator under attack', () => {
  it.each(CALLS)('[case A01] answers %s with its own code', async (_what, sent, [status, code]) => {
    const answer = await sendRaw(coordinator.port, sent);
    expect([answer.status, answer.code]).toEqual([status, `RMA_COORDINATOR_${code}`]);
    expect(answer.text.length).toBeLessThan(2_000);
  });

  it.each([
    ['headers', 'GET /v1/workers HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['a request line', 'GET '],
  ])('[case A01] closes a connection whose %s never end within 5 seconds', async (_what, sent) => {
    const start = performance.now();
    const answer = await sendRaw(coordinator.port, sent);
    expect([answer.status, answer.code]).toEqual([408, 'RMA_COORDINATOR_TIMEOUT']);
    expect(performance.now() - start).toBeGreaterThan(3_000);
  });

  it('[case A01] closes a connection that sends 4,000 requests without waiting for a response', async () => {
    const socket = connect(coordinator.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.write(get('/healthz').repeat(4_000));
    await new Promise((resolve) => socket.once('close', resolve));
    const answers =
      Buffer.concat(chunks)
        .toString()
        .match(/^HTTP\/1\.1/gm) ?? [];
    expect(answers.length).toBeLessThanOrEqual(1);
  });

  it('[case A01] answers requests one after the other on a connection that is kept open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: number[] = [];
    for (let n = 0; n < 20; n += 1) {
      const request = httpGet({ port: coordinator.port, host: '127.0.0.1', path: '/healthz', agent });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      if (n > 0) expect(request.reusedSocket).toBe(true);
      statuses.push(response.statusCode ?? 0);
    }
    agent.destroy();
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
  });

  it('[case A01] closes the oldest of more than 1,024 idle connections, and answers a new one', async () => {
    await using flooded = await startCoordinator(new FakeClock());
    const excess = 100;
    const idle = Array.from({ length: 1024 + excess }, () => connect(flooded.port, '127.0.0.1'));
    let closed = 0;
    await new Promise<void>((resolve) => {
      for (const socket of idle) {
        // a paused socket does not notice that it was closed
        socket.resume();
        socket.on('error', () => undefined);
        socket.on('close', () => {
          closed += 1;
          if (closed === excess) resolve();
        });
      }
    });
    expect((await sendRaw(flooded.port, post(worker({})))).status).toBe(201);
    for (const socket of idle) socket.destroy();
  });
});
