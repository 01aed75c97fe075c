import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, engineScript } from '../helpers/stack/engine-script.ts';
import { ENGINE, MODEL, PATIENCE, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';

// One stack for all: each test finds it ready and leaves it ready, in any order.
let stack: Stack;
const cleaners: (() => Promise<void>)[] = [];

beforeAll(async () => {
  stack = await startStack({}, (clean) => cleaners.push(clean));
  await stack.up();
});
afterAll(async () => {
  for (const clean of cleaners) await clean();
});

test('a worker that restarts while the hub is down is ready again, and asks for nothing', async () => {
  const { hub } = stack;
  const down = hub.faults.add({ kind: 'status', status: 503 });
  hub.log.clear();
  await stack.docker('restart', await stack.container(WORKER));
  await stack.ready();
  expect(hub.log.entries()).toEqual([]);
  down.remove();
});

test('all containers come back after the whole engine was cut off, without the hub', async (context) => {
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

test('a killed engine takes its model out of the coordinator within one heartbeat, and brings it back', async () => {
  const engine = await stack.container(ENGINE);
  await stack.docker('kill', engine);
  // the beat whose probe was under way when the engine died
  expect(await beatsUntilUnlisted()).toBeLessThanOrEqual(1);
  expect(await stack.listed()).toEqual([]);
  expect(await stack.status()).toMatchObject({ state: 'degraded', engines: [{ state: 'down' }] });
  await stack.docker('start', engine);
  await stack.ready();
});

/** Heartbeats that still offered a model: each one lengthens the lease. */
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

/** What the coordinator holds of the worker. */
async function entry(): Promise<{ models: readonly unknown[]; leaseSecondsLeft: number }> {
  const answer = await fetch(`http://127.0.0.1:${stack.ports.coordinator}/v1/workers`);
  const { workers } = (await answer.json()) as { workers: Awaited<ReturnType<typeof entry>>[] };
  const [worker] = workers;
  if (worker === undefined) throw new Error('the coordinator knows no worker');
  return worker;
}

test('a worker registers again with a coordinator that restarted', async () => {
  const coordinator = await stack.container('coordinator');
  const worker = await stack.container(WORKER);
  const started = () => stack.docker('inspect', '--format', '{{.State.StartedAt}}', worker);
  const before = await started();
  await stack.docker('restart', coordinator);
  await stack.ready();
  expect(await started()).toBe(before);
  expect(await stack.listed()).toEqual([MODEL]);
});

test('a worker that restarts over a wiped volume fetches again and is ready', async () => {
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

test('an engine that hangs is made anew by up', async () => {
  const engine = await stack.container(ENGINE);
  await stack.docker('pause', engine);
  expect(await stack.rma('up')).toMatchObject({ code: 0 });
  await stack.ready();
  expect((await stack.chat()).status).toBe(200);
});
