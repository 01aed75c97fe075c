import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript } from '../helpers/stack/engine-script.ts';
import { ENGINE, MODEL, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';

// All tests share one stack, which is ready before and after each test.
let stack: Stack;
const cleaners: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stack = await startStack({}, (clean) => cleaners.push(clean));
  await stack.up();
});
afterAll(async () => {
  for (const clean of cleaners) await clean();
});

test('a worker that restarts while the hub is down becomes ready without a request', async () => {
  const { hub } = stack;
  const down = hub.faults.add({ kind: 'status', status: 503 });
  hub.log.clear();
  await stack.docker('restart', await stack.container(WORKER));
  await stack.ready();
  expect(hub.log.entries()).toEqual([]);
  down.remove();
});

test('all containers restart without the hub after the engine was killed', async (context) => {
  const socket = (engineEnv()['DOCKER_HOST'] ?? '').replace('unix://', '');
  context.skip(process.env['RMA_TEST_ENGINE'] === 'user', 'the engine of a person is not cut off');
  const { hub } = stack;
  const down = hub.faults.add({ kind: 'status', status: 503 });
  hub.log.clear();
  const before = await stack.containers();
  const pid = Number(await readFile(join(dirname(socket), 'dockerd.pid'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  expect(await engineScript(CHECKOUT, 'up', '--yes')).toMatchObject({ code: 0 });
  await stack.ready();
  await expect.poll(async () => (await stack.chat().catch(() => null))?.status, PATIENCE).toBe(200);
  expect(await stack.containers()).toEqual(before);
  expect(hub.log.entries()).toEqual([]);
  down.remove();
});

test('a killed engine removes its model from the coordinator within one heartbeat, and adds it again after a restart', async () => {
  const engine = await stack.container(ENGINE);
  await stack.docker('kill', engine);
  // a heartbeat whose probe was already running when the engine was killed
  expect(await beatsUntilUnlisted()).toBeLessThanOrEqual(1);
  expect(await stack.listed()).toEqual([]);
  expect(await stack.status()).toMatchObject({ state: 'degraded', engines: [{ state: 'down' }] });
  await stack.docker('start', engine);
  await stack.ready();
});

/** Counts heartbeats that still list a model; each one extends the lease. */
async function beatsUntilUnlisted(): Promise<number> {
  let beats = 0;
  let before = await entry();
  for (;;) {
    const now = await entry();
    if (now.models.length === 0) return beats;
    if (now.leaseSecondsLeft > before.leaseSecondsLeft) beats += 1;
    before = now;
  }
}

/** Returns the entry of the worker in the coordinator. */
async function entry(): Promise<{ models: readonly unknown[]; leaseSecondsLeft: number }> {
  const answer = await fetch(`http://127.0.0.1:${stack.ports.coordinator}/v1/workers`);
  const { workers } = (await answer.json()) as { workers: Awaited<ReturnType<typeof entry>>[] };
  const [worker] = workers;
  if (worker === undefined) throw new Error('the coordinator knows no worker');
  return worker;
}

test('a worker registers again with a restarted coordinator', async () => {
  const coordinator = await stack.container('coordinator');
  const worker = await stack.container(WORKER);
  const started = () => stack.docker('inspect', '--format', '{{.State.StartedAt}}', worker);
  const before = await started();
  await stack.docker('restart', coordinator);
  await stack.ready();
  expect(await started()).toBe(before);
  expect(await stack.listed()).toEqual([MODEL]);
});

test('a worker that restarts with a wiped volume downloads again and becomes ready', async () => {
  const { hub } = stack;
  hub.log.clear();
  await stack.inVolume('rm -rf /models/* /models/.rma');
  await stack.docker('restart', await stack.container(WORKER));
  await stack.ready();
  expect(hub.log.contentRequests()).toHaveLength(1);
  await stack.docker('restart', await stack.container(ENGINE));
  await expect.poll(async () => (await stack.chat().catch(() => null))?.status, PATIENCE).toBe(200);
  await stack.ready();
});

test('up recovers an engine that hangs', async () => {
  const engine = await stack.container(ENGINE);
  await stack.docker('pause', engine);
  expect(await stack.rma('up')).toMatchObject({ code: 0 });
  await stack.ready();
  expect((await stack.chat()).status).toBe(200);
});
