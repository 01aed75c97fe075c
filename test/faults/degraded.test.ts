import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import { ENGINE, GGUF, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';

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

interface Step {
  readonly kind: string;
  readonly service?: string;
  readonly cause: string;
}

/** Returns the steps of `rma plan` without waits and drains, as `KIND SERVICE: CAUSE`. */
async function planned(): Promise<readonly string[]> {
  const { code, stdout, stderr } = await stack.rma('plan', '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { operations } = JSON.parse(stdout) as { readonly operations: readonly Step[] };
  return operations
    .filter(({ kind }) => kind.endsWith('-service') || kind === 'fetch-model')
    .map(({ kind, service, cause }) => `${kind}${service === undefined ? '' : ` ${service}`}: ${cause}`);
}

/** Returns the exit code of `rma status`, the state of the worker, and the troubles as `SERVICE: CAUSE`. */
async function reported() {
  const { code, stdout } = await stack.rma('status', '--json');
  const { workers } = JSON.parse(stdout) as {
    readonly workers: readonly {
      readonly status: { readonly state: string } | null;
      readonly troubles: readonly Step[];
    }[];
  };
  const state = workers[0]?.status?.state ?? null;
  const troubles = workers.flatMap((worker) =>
    worker.troubles.map(({ service, cause }) => `${service}: ${cause}`),
  );
  return { code, state, troubles };
}

/** Applies the plan; the stack must serve afterwards. */
async function repaired(): Promise<void> {
  const { code, stdout, stderr } = await stack.rma('up');
  expect({ code, stderr, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('Ready.') });
  expect((await stack.chat()).status).toBe(200);
  expect(await reported()).toEqual({ code: 0, state: 'ready', troubles: [] });
  expect(await planned()).toEqual([]);
}

/** Stops the process of a service, as a hung one; its container keeps running. */
async function freeze(service: string, program: string): Promise<void> {
  const top = await stack.docker('top', await stack.container(service), '-eo', 'pid,args');
  const lines = top.split('\n').filter((each) => each.includes(program));
  expect(lines).not.toEqual([]);
  for (const line of lines) process.kill(Number.parseInt(line.trim(), 10), 'SIGSTOP');
}

test('[case S03] stopped services whose network was deleted are recreated', async () => {
  const network = `${stack.project}_default`;
  const services = ['coordinator', ENGINE, WORKER];
  const containers = await Promise.all(services.map((service) => stack.container(service)));
  await stack.docker('stop', ...containers);
  await stack.docker('network', 'rm', network);
  const cause = `it is not connected to its network ${network}`;
  const steps = services.map((service) => `recreate-service ${service}: ${cause}`);
  expect([...(await planned())].sort()).toEqual(steps.sort());
  const restart = await stack.rma('restart');
  expect(restart).toMatchObject({ code: 3, stderr: expect.stringContaining('rma up') });
  await repaired();
});

test.each([
  ['an engine', ENGINE],
  ['a worker', WORKER],
  ['the coordinator', 'coordinator'],
])('[case S03] %s that is disconnected from its network is recreated', async (_, service) => {
  const network = `${stack.project}_default`;
  await stack.docker('network', 'disconnect', network, await stack.container(service));
  const cause = `it is not connected to its network ${network}`;
  expect(await planned()).toEqual([`recreate-service ${service}: ${cause}`]);
  if (service !== 'coordinator') {
    expect(await reported()).toMatchObject({ code: 1, troubles: [`${service}: ${cause}`] });
  }
  await repaired();
});

test('[case S03] an engine that was disconnected and stopped is recreated, not only started', async () => {
  const engine = await stack.container(ENGINE);
  const network = `${stack.project}_default`;
  await stack.docker('network', 'disconnect', network, engine);
  await stack.docker('stop', engine);
  expect(await planned()).toEqual([
    `recreate-service ${ENGINE}: it is not connected to its network ${network}`,
  ]);
  await repaired();
});

test('[case S03] an engine that hangs is restarted', async () => {
  await freeze(ENGINE, 'llama-server');
  const hangs = expect.stringMatching(/it does not respond \(.+\)|it is unhealthy/);
  expect(await planned()).toEqual([hangs]);
  expect(await reported()).toMatchObject({ code: 1, state: 'degraded', troubles: [hangs] });
  await repaired();
});

test('[case S03] a coordinator that hangs is restarted', async () => {
  await freeze('coordinator', 'coordinator.mjs');
  const hangs = expect.stringMatching(/coordinator: (it does not respond \(.+\)|it is unhealthy)/);
  expect(await planned()).toEqual([hangs]);
  expect(await reported()).toMatchObject({ code: 1, troubles: [hangs] });
  await repaired();
});

test('[case S03] a paused engine is restarted', async () => {
  await stack.docker('pause', await stack.container(ENGINE));
  expect(await planned()).toEqual([`restart-service ${ENGINE}: it is paused`]);
  expect(await reported()).toMatchObject({ code: 1, troubles: [`${ENGINE}: it is paused`] });
  await repaired();
});

test('[case S03] a model that was deleted from the store is downloaded again', async () => {
  await stack.inVolume('rm -r /models/huggingface/hub/models--*/blobs/*');
  expect(await reported()).toEqual({
    code: 1,
    state: 'degraded',
    troubles: [`${WORKER}: some of its models are not in the store`],
  });
  expect(await planned()).toEqual([
    `restart-service ${WORKER}: some of its models are not in the store`,
    expect.stringMatching(/^fetch-model: .*in the store$/),
  ]);
  stack.hub.log.clear();
  await repaired();
  expect(stack.hub.log.contentRequests().length).toBeGreaterThan(0);
  expect(await stack.inVolume(`find -L /models/huggingface/hub -name ${GGUF}`)).toContain(GGUF);
});

test('[case S04] status reports a worker that hangs, and up restarts it', async () => {
  await freeze(WORKER, 'worker.mjs run');
  const cause = 'it does not respond (the worker did not respond within 10 s)';
  expect(await reported()).toEqual({ code: 1, state: null, troubles: [`${WORKER}: ${cause}`] });
  expect(await planned()).toEqual([`restart-service ${WORKER}: ${cause}`]);
  await repaired();
});

test(
  '[case S04] a slow docker exec is waited for',
  async () => {
    const bin = join(stack.dir, 'slow');
    await mkdir(bin);
    const { stdout: real } = await runProgram('sh', ['-c', 'command -v docker'], engineEnv());
    // longer than the limit of 10 seconds that ended up before
    const script = `#!/bin/sh\n[ "$1" = exec ] && sleep 12\nexec ${real.trim()} "$@"\n`;
    await writeFile(join(bin, 'docker'), script);
    await chmod(join(bin, 'docker'), 0o755);
    const env = { ...engineEnv({ HF_ENDPOINT: stack.hub.endpoint }) };
    const slow = { ...env, PATH: `${bin}:${env['PATH']}` };
    const main = join(CHECKOUT, 'dist/cli/main.js');
    const { code, stdout } = await runProgram(process.execPath, [main, '--dir', stack.dir, 'up'], slow);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('No changes.') });
  },
  PATIENCE.timeout,
);
