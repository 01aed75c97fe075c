import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHAPES } from '../helpers/gpu/gpu-box/shapes.ts';
import { BOTH, restartEngine } from '../helpers/gpu/gpu-engine.ts';
import { type GpuStack, startGpuStack } from '../helpers/gpu/gpu-stack.ts';

const [FIRST = '', SECOND = ''] = SHAPES['2x24'].gpus.map(({ uuid }) => uuid);
const [PARENT] = SHAPES.mig.gpus;

/** Runs a command that must fail. Returns its error and exit code. */
async function fault(stack: GpuStack, ...args: readonly string[]) {
  const { code, stderr } = await stack.rma('--json', ...args);
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const { error } = JSON.parse(last) as {
    readonly error: { readonly code: string; readonly message: string; readonly hint: string };
  };
  return { exit: code, ...error };
}

test('a container that sees another GPU than planned fails up with both UUIDs', async () => {
  const offer = { ...BOTH, instead: { [FIRST]: SECOND } };
  const stack = await startGpuStack({ shape: '2x24' }, { profiles: ['embedding'], offer });
  const error = await fault(stack, 'up');
  expect(error).toMatchObject({ exit: 1, code: 'RMA_GPU_MISMATCH' });
  expect(error.message).toContain(FIRST);
  expect(error.message).toContain(SECOND);
});

test('an engine without the NVIDIA Container Toolkit fails with the command that installs it', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['embedding'], offer: { hook: false } });
  await restartEngine();
  const error = await fault(stack, 'up');
  stack.gpus.set({ shape: '1x24' }, BOTH);
  await restartEngine();
  expect(error).toMatchObject({ exit: 3, code: 'RMA_GPU_TOOLKIT_MISSING' });
  expect(error.hint).toContain('nvidia-ctk runtime configure');
});

test('a GPU that the driver lists but the toolkit does not is reported as gone', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['embedding'] });
  stack.gpus.box.set({ shape: '2x24' });
  const error = await fault(stack, 'up', '--gpus', SECOND);
  expect(error).toMatchObject({ exit: 3, code: 'RMA_GPU_GONE' });
  expect(error.message).toContain(SECOND);
});

test('a GPU that is too small fails with the variant that fits', async () => {
  const stack = await startGpuStack({ shape: '1x8' }, { profiles: ['ocr'] });
  const error = await fault(stack, 'plan', '--variant', 'ocr=34b');
  expect(error).toMatchObject({ exit: 5, code: 'RMA_GPU_NO_FIT' });
  expect(`${error.message} ${error.hint}`).toMatch(/7b/);
});

test('more profiles than the GPUs have memory for are rejected', async () => {
  const stack = await startGpuStack({ shape: '1x8' }, { profiles: ['gpu-worker', 'vllm', 'ocr'] });
  expect(await fault(stack, 'plan')).toMatchObject({ exit: 5, code: 'RMA_GPU_NO_FIT' });
});

test('an unknown UUID and a GPU in MIG mode are rejected', async () => {
  const stack = await startGpuStack({ shape: 'mig' }, { profiles: ['embedding'] });
  const unknown = await fault(stack, 'plan', '--gpus', 'GPU-00000000-0000-0000-0000-000000000000');
  expect(unknown).toMatchObject({ exit: 2, code: 'RMA_GPU_UNKNOWN' });
  const parent = await fault(stack, 'plan', '--gpus', PARENT.uuid);
  expect(parent).toMatchObject({ exit: 2, code: 'RMA_GPU_MIG_PARENT' });
});

test('a container gets the MIG device that was reserved for it', async () => {
  const stack = await startGpuStack({ shape: 'mig' }, { profiles: ['embedding'] });
  await stack.up();
  const slices = SHAPES.mig.gpus.flatMap(({ mig = [] }) => mig.map(({ uuid }) => uuid));
  const seen = await stack.sees('embedding-tei');
  expect(seen.filter((uuid) => uuid.startsWith('MIG-'))).toEqual(
    (await stack.promised('embedding-tei')).gpus,
  );
  expect(slices).toEqual(expect.arrayContaining([...(await stack.promised('embedding-tei')).gpus]));
});

test('tensor parallelism over unequal GPUs is rejected', async () => {
  const stack = await startGpuStack({ shape: '24+8' }, { profiles: ['two'] });
  await mkdir(join(stack.dir, 'profiles'));
  const text =
    'description: A test\nservices:\n  - { engine: vllm, models: [mistral-7b-instruct-gptq], gpus: 2 }\n';
  await writeFile(join(stack.dir, 'profiles/two.yaml'), text);
  expect(await fault(stack, 'plan')).toMatchObject({ exit: 5, code: 'RMA_GPU_UNEQUAL' });
});

test('without a GPU, plan fails, or uses cpu-worker if allowed', async () => {
  const stack = await startGpuStack({ shape: 'none-installed' }, { profiles: ['gpu-worker'] });
  expect(await fault(stack, 'plan')).toMatchObject({ exit: 3, code: 'RMA_GPU_NONE' });
  const { code, stdout } = await stack.rma('plan', '--enable-gpu', 'auto');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('cpu-worker-llamacpp') });
});
