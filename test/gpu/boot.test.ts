import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SHAPES } from '../helpers/gpu/gpu-box/shapes.ts';
import { BOTH, restartEngine } from '../helpers/gpu/gpu-engine.ts';
import { type GpuStack, startGpuStack } from '../helpers/gpu/gpu-stack.ts';
import { startCommand } from '../helpers/process/program.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT } from '../helpers/stack/engine-script.ts';

const GPU = SHAPES['1x24'].gpus[0]?.uuid ?? '';
const OTHER = SHAPES['1x8'].gpus[0]?.uuid ?? '';
const SERVICE = 'embedding-tei';
const CAUSE = 'engine never started: GPU was not available at boot';

/** Restarts the engine on a machine whose driver is not ready, as after a reboot: it cannot start what needs the GPU. */
async function bootWithoutGpu({ gpus }: GpuStack): Promise<void> {
  gpus.set({ shape: 'driver-not-loaded' }, BOTH);
  await restartEngine();
}

const rmaEnv = ({ gpus }: GpuStack) => {
  const env = engineEnv();
  return { ...env, PATH: `${gpus.box.path}:${env['PATH']}` };
};

/** Starts a container by CDI, as a service of the project. */
async function cdiService(stack: GpuStack): Promise<string> {
  const labels = { project: stack.project, service: 'chat-cdi', profile: 'chat', gpus: GPU };
  const id = await stack.docker(
    ...['run', '-d', '--pull', 'never', '--restart', 'unless-stopped', '--device', `nvidia.com/gpu=${GPU}`],
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `rma.${name}=${value}`]),
    ...[engineEnv()['RMA_WORKER_BASE'] ?? '', 'node', '-e', 'setInterval(() => undefined, 1e6)'],
  );
  onTestFinished(async () => {
    await stack.docker('rm', '--force', id);
  });
  return id;
}

const bootRun = (stack: GpuStack, ...args: readonly string[]) => {
  const main = join(CHECKOUT, 'dist/cli/main.js');
  return startCommand([process.execPath, main, '--dir', stack.dir, 'boot', 'run', ...args], {
    env: rmaEnv(stack),
  });
};

test('[case S06] a GPU that is not ready at boot: status and plan name it, and boot run starts what needs it, by hook and by CDI', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['embedding'] });
  await stack.up();
  const cdi = await cdiService(stack);
  await bootWithoutGpu(stack);
  const state = async (id: string) => stack.docker('inspect', '--format', '{{.State.Status}}', id);
  const engine = await stack.container(SERVICE);
  expect([await state(engine), await state(cdi)]).toEqual(['exited', 'exited']);
  expect((await stack.rma('status')).stdout).toContain(`${SERVICE}: ${CAUSE}; rma up starts it`);

  const running = bootRun(stack);
  await running.printed(`waiting: `);
  stack.gpus.set({ shape: '1x24' }, BOTH);
  expect(await running.ended).toMatchObject({ code: 0, stdout: expect.stringContaining(SERVICE) });
  expect([await state(engine), await state(cdi)]).toEqual(['running', 'running']);
  expect(await stack.sees(SERVICE)).toEqual([GPU]);
  await stack.docker('rm', '--force', cdi);
  await stack.ready();
});

test('[case S06] a GPU that exists when boot run starts: the exact command of the unit starts what failed', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['embedding'] });
  await stack.up();
  await bootWithoutGpu(stack);
  stack.gpus.set({ shape: '1x24' }, BOTH);
  const plan = JSON.parse((await stack.rma('plan', '--json')).stdout);
  expect(plan.operations).toContainEqual(
    expect.objectContaining({ kind: 'start-service', service: SERVICE, cause: CAUSE }),
  );
  const { text } = JSON.parse((await stack.rma('boot', 'show', '--json')).stdout);
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(text) ?? [];
  const run = startCommand(['sh', '-c', command], { env: rmaEnv(stack) });
  expect(await run.ended).toMatchObject({ code: 0, stdout: expect.stringContaining(`Started ${SERVICE}`) });
  await stack.ready();
});

test('[case S06] a GPU that never appears or was replaced: boot run fails with its UUID', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['embedding'] });
  await stack.up();
  await bootWithoutGpu(stack);
  const never = await bootRun(stack, '--wait-timeout', '1s').ended;
  expect(never).toMatchObject({ code: 7, stderr: expect.stringContaining('RMA_BOOT_TIMEOUT') });
  expect(never.stderr).toContain(GPU);
  stack.gpus.set({ shape: '1x8' }, BOTH);
  const replaced = await bootRun(stack, '--wait-timeout', '1s').ended;
  expect(replaced).toMatchObject({ code: 7, stderr: expect.stringContaining(GPU) });
  expect(replaced.stdout + replaced.stderr).not.toContain(OTHER);
});
