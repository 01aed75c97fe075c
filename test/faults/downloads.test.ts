import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { GGUF, MODEL, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const MIB = 1024 * 1024;

// These tests mostly wait, so they run concurrently.
describe.concurrent('a download', () => {
  test('[fail R8] resumes in the next container after the last durable byte if the worker is killed', async ({
    expect,
    onTestFinished,
  }) => {
    const bytes = 48 * MIB;
    const repos = { [REPO]: { files: { [GGUF]: tinyGguf({ bytes }) } } };
    const stack = await startStack({ hub: { repos } }, onTestFinished);
    const { hub } = stack;
    // one connection, so that what is missing is one range
    await appendFile(join(stack.dir, 'rma.yaml'), 'network: { connections: 1 }\n');
    hub.faults.add({ kind: 'slow', bytesPerSecond: 4 * MIB });
    // it never ends by itself, however late the kill is
    hub.faults.add({ kind: 'stall', offset: bytes - MIB });
    const cut = stack.rma('up');
    await expect.poll(async () => durableBytes(stack), PATIENCE).toBeGreaterThan(0);
    await stack.docker('kill', await stack.container(WORKER));
    expect(await cut).toMatchObject({ code: 1, stderr: expect.stringContaining('RMA_WORKER_STOPPED') });
    const durable = await durableBytes(stack);
    hub.faults.clear();
    hub.log.clear();
    await stack.up();
    expect((await stack.chat()).status).toBe(200);
    expect(hub.log.contentRequests()).toMatchObject([
      { range: `bytes=${durable}-${bytes - 1}`, bytesSent: bytes - durable, status: 206 },
    ]);
    expect(await stack.inVolume('ls /models/.rma/staging')).toBe('');
  });

  test('may take longer than the retries of the health check', async ({ expect, onTestFinished }) => {
    const model = tinyGguf();
    const repos = { [REPO]: { files: { [GGUF]: model } } };
    const stack = await startStack({ hub: { repos } }, onTestFinished);
    stack.hub.faults.add({ kind: 'slow', bytesPerSecond: model.length / 34 });
    const events = stack.events();
    await stack.up();
    // the engine checks every two seconds; `up` may return before the next check
    await events.line(`${WORKER}: health_status: healthy`);
    expect(events.lines).not.toContain(`${WORKER}: health_status: unhealthy`);
    const { interval, retries } = await healthCheck(stack);
    expect(interval * retries).toBeLessThan(34);
    expect(stack.hub.log.contentRequests()).toMatchObject([{ bytesSent: model.length }]);
  });

  test('[fail C10] of one model for two projects on one volume happens once', async ({
    expect,
    onTestFinished,
  }) => {
    const model = tinyGguf({ bytes: 3 * MIB });
    const repos = { [REPO]: { files: { [GGUF]: model } } };
    const one = await startStack({ hub: { repos } }, onTestFinished);
    const two = await startStack({ sharedHub: one.hub, volume: one.volume }, onTestFinished);
    const slow = one.hub.faults.add({ kind: 'slow', bytesPerSecond: model.length / 600 });
    const downloading = Promise.all([one, two].map((each) => logged(each, 'state downloading')));
    const ups = Promise.all([one.up(), two.up()]);
    await Promise.race([downloading, ups]);
    slow.remove();
    await Promise.all([downloading, ups]);
    await Promise.all([one.ready(), two.ready()]);
    expect([await one.listed(), await two.listed()]).toEqual([[MODEL], [MODEL]]);
    expect(one.hub.log.contentRequests()).toMatchObject([{ bytesSent: model.length, state: 'done' }]);
  });

  test('restores a store that was wiped under a running worker', async ({ expect, onTestFinished }) => {
    const stack = await startStack({}, onTestFinished);
    await stack.up();
    stack.hub.log.clear();
    const worker = await stack.container(WORKER);
    await stack.inVolume('rm -rf /models/* /models/.rma');
    await stack.hub.log.waitFor(({ file, status, state }) => file && status === 200 && state === 'done');
    await stack.ready();
    expect(await stack.container(WORKER)).toBe(worker);
    expect(stack.hub.log.contentRequests()).toHaveLength(1);
    const check = await stack.rma('models', 'ls', '--json');
    expect(JSON.parse(check.stdout)).toMatchObject({ models: [{ state: 'present' }] });
  });
});

/** Returns the bytes that the journals list as synced; 0 without a journal. */
async function durableBytes(stack: Stack): Promise<number> {
  const text = await stack
    .inVolume('cat /models/.rma/staging/*/*.part.json 2>/dev/null || true')
    .catch(() => '');
  if (text === '') return 0;
  const { ranges } = JSON.parse(text) as { readonly ranges: readonly (readonly [number, number])[] };
  return ranges[0]?.[1] ?? 0;
}

/** Resolves when the worker has logged this. */
async function logged(stack: Stack, text: string): Promise<void> {
  await stack.events().line(`${WORKER}: start`);
  await stack.follow('logs', '--follow', await stack.container(WORKER)).line(text);
}

/** Returns the health check of the worker: interval in seconds, and retries. */
async function healthCheck(stack: Stack): Promise<{ readonly interval: number; readonly retries: number }> {
  const format = '{{json .Config.Healthcheck}}';
  const text = await stack.docker('inspect', '--format', format, await stack.container(WORKER));
  const { Interval, Retries } = JSON.parse(text) as { readonly Interval: number; readonly Retries: number };
  return { interval: Interval / 1e9, retries: Retries };
}
