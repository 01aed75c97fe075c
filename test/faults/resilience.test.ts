import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkerStatus } from '../../src/core/domain/worker-status.ts';
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
  const follow = ['rma-worker', 'status', '--json', '--follow'];
  const statuses = stack.follow('exec', await stack.container(WORKER), ...follow);
  await statuses.line('"state":"ready"');
  await stack.docker('kill', engine);
  await stack.docker('wait', engine);
  const diedAt = Date.parse(await stack.docker('inspect', '--format', '{{.State.FinishedAt}}', engine));
  // the first heartbeat that began after that; one whose probe was already running may still list the model
  const next = JSON.parse(await statuses.line((line) => confirmedAt(line) > diedAt)) as WorkerStatus;
  expect(next).toMatchObject({ state: 'degraded', engines: [{ state: 'down' }] });
  expect(await stack.listed()).toEqual([]);
  await stack.docker('start', engine);
  await stack.ready();
});

/** Returns the start of the last heartbeat that the coordinator accepted, in milliseconds since the Unix epoch. */
function confirmedAt(line: string): number {
  const { confirmedAt: at } = JSON.parse(line) as WorkerStatus;
  return at === undefined ? 0 : Date.parse(at);
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
  // stopped before that: a running worker may notice it, and download twice
  const worker = await stack.container(WORKER);
  await stack.docker('stop', worker);
  await stack.inVolume('rm -rf /models/* /models/.rma');
  await stack.docker('start', worker);
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
