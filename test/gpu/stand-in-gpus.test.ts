import { expect, test } from 'vitest';
import { BOTH, machine, restartEngine } from '../helpers/gpu/gpu-engine.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';

const [FIRST, SECOND] = [
  'GPU-5f1c2a9e-0d4b-4c56-9a11-3e2f6b7c8d90',
  'GPU-c07d11b2-93aa-8e01-4f6d-71b20c95e3fa',
] as const;
const line = (index: number, uuid: string) => `GPU ${index}: NVIDIA GeForce RTX 4090 (UUID: ${uuid})`;

/** Runs `nvidia-smi -L` in a container with these GPU options of Docker. */
const seenBy = async (...flags: readonly string[]) => {
  const env = engineEnv();
  const image = env['RMA_WORKER_BASE'] ?? '';
  const args = ['run', '--rm', '--pull', 'never', ...flags, image, 'sh', '-c', 'nvidia-smi -L || echo none'];
  const { code, stdout, stderr } = await runProgram('docker', args, env);
  return { code, said: code === 0 ? stdout.trim().split('\n') : [stderr] };
};
const byHook = (ids: string) => ['--gpus', `"device=${ids}","capabilities=compute,utility"`];

test('the hook passes the GPUs requested by UUID, numbered from 0 in the container', async () => {
  await machine({ shape: '2x24' });
  expect(await seenBy(...byHook(SECOND))).toEqual({ code: 0, said: [line(0, SECOND)] });
  expect(await seenBy(...byHook(`${SECOND},${FIRST}`))).toEqual({
    code: 0,
    said: [line(0, FIRST), line(1, SECOND)],
  });
});

test('a CDI device passes its GPU, and two devices pass both', async () => {
  await machine({ shape: '2x24' });
  const device = (name: string) => ['--device', `nvidia.com/gpu=${name}`];
  expect(await seenBy(...device(SECOND))).toEqual({ code: 0, said: [line(0, SECOND)] });
  expect(await seenBy(...device('0'), ...device('1'))).toEqual({
    code: 0,
    said: [line(0, FIRST), line(1, SECOND)],
  });
});

test('a GPU count passes the first GPUs', async () => {
  await machine({ shape: '2x24' });
  expect((await seenBy('--gpus', '1')).said).toEqual([line(0, FIRST)]);
});

test('a container without a GPU request gets none, even with NVIDIA_VISIBLE_DEVICES=all', async () => {
  await machine({ shape: '2x24' });
  expect((await seenBy()).said.at(-1)).toBe('none');
  expect((await seenBy('--env', 'NVIDIA_VISIBLE_DEVICES=all')).said.at(-1)).toBe('none');
});

test('a container with an unknown UUID does not start, by hook or CDI', async () => {
  await machine({ shape: '1x24' });
  const hook = await seenBy(...byHook(SECOND));
  expect(hook).toMatchObject({ code: 125, said: [expect.stringContaining(`${SECOND}: unknown device`)] });
  const cdi = await seenBy('--device', `nvidia.com/gpu=${SECOND}`);
  expect(cdi).toMatchObject({
    code: 125,
    said: [expect.stringContaining('unresolvable CDI devices')],
  });
});

test('an engine without the toolkit has no GPUs; one with CDI only supports CDI devices', async () => {
  const gpus = await machine({ shape: '1x24' }, { cdi: true });
  await restartEngine();
  expect((await seenBy(...byHook(FIRST))).said[0]).toContain('could not select device driver');
  expect((await seenBy('--device', `nvidia.com/gpu=${FIRST}`)).said).toEqual([line(0, FIRST)]);
  gpus.set({ shape: '1x24' }, BOTH);
  await restartEngine();
  expect((await seenBy(...byHook(FIRST))).said).toEqual([line(0, FIRST)]);
});
