import { expect, test, vi } from 'vitest';
import { SHAPES } from '../helpers/gpu/gpu-box/shapes.ts';
import { restartEngine } from '../helpers/gpu/gpu-engine.ts';
import { type GpuStack, startGpuStack } from '../helpers/gpu/gpu-stack.ts';
import { PATIENCE } from '../helpers/patience.ts';

const MIB = 1 << 20;
const [GPU = '', OTHER = ''] = SHAPES['2x24'].gpus.map(({ uuid }) => uuid);
const VLLM = 'gpu-worker-vllm';
const OLLAMA = 'gpu-worker-ollama';
const CHAT = 'mistralai/Mistral-7B-Instruct-v0.2';

/** Checks that a service uses its reservation, or slightly less, on exactly its reserved and visible GPUs. */
async function expectKept(stack: GpuStack, service: string, atLeast = 0.6): Promise<void> {
  const promised = await stack.promised(service);
  expect([...(await stack.sees(service))].sort()).toEqual([...promised.gpus].sort());
  const held = await stack.holds(service);
  expect(Object.keys(held).sort()).toEqual([...promised.gpus].sort());
  for (const mib of Object.values(held)) {
    expect(mib * MIB).toBeLessThanOrEqual(promised.bytes);
    expect(mib * MIB).toBeGreaterThan(promised.bytes * atLeast);
  }
}

test('services share one 24 GB GPU; a second up changes nothing, and they survive an engine restart', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['gpu-worker'] });
  expect((await stack.up()).changed).toBe(true);
  for (const service of [VLLM, OLLAMA]) await expectKept(stack, service);
  expect((await stack.promised(VLLM)).gpus).toEqual([GPU]);
  await stack.ready();
  expect(await stack.listed()).toEqual(expect.arrayContaining([CHAT, 'llava:7b']));

  // all services use their memory now
  const before = await stack.containers();
  const second = await stack.up();
  expect(second).toMatchObject({ changed: false, operations: [] });
  expect(await stack.containers()).toEqual(before);

  await restartEngine();
  await vi.waitFor(async () => {
    for (const service of [VLLM, OLLAMA]) await expectKept(stack, service);
  }, PATIENCE);
  await stack.ready();
  expect(await stack.listed()).toEqual(expect.arrayContaining([CHAT, 'llava:7b']));
  expect((await stack.up()).changed).toBe(false);
});

test('one 8 GB GPU gets the smaller variant, with the reason', async () => {
  const stack = await startGpuStack({ shape: '1x8' }, { profiles: ['gpu-worker'] });
  const { code, stdout } = await stack.rma('plan', '--explain');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/fp16.*GiB/s) });
  await stack.up();
  expect(await stack.services()).toEqual(['coordinator', OLLAMA, 'gpu-worker-worker']);
  // only one model is loaded at a time, and the last one is the smallest
  await expectKept(stack, OLLAMA, 0.1);
  await stack.ready();
  expect(await stack.listed()).toContain('mistral:7b-instruct-v0.2-q4_K_M');
});

test('each service gets its own GPU if neither has space for both', async () => {
  const foreign = [GPU, OTHER].map((gpu, at) => ({ pid: 4711 + at, name: 'python', mib: 3000, gpu }));
  const stack = await startGpuStack({ shape: '2x24', foreign }, { profiles: ['gpu-worker'] });
  await stack.up();
  for (const service of [VLLM, OLLAMA]) await expectKept(stack, service);
  const given = await Promise.all([VLLM, OLLAMA].map((service) => stack.promised(service)));
  expect(new Set(given.flatMap(({ gpus }) => gpus))).toEqual(new Set([GPU, OTHER]));
});

test('memory of a foreign process moves the service to the other GPU', async () => {
  const foreign = [{ pid: 4711, name: 'python', mib: 20_000, gpu: GPU }];
  const stack = await startGpuStack({ shape: '2x24', foreign }, { profiles: ['vllm'] });
  await stack.up();
  expect((await stack.promised('vllm-vllm')).gpus).toEqual([OTHER]);
  await expectKept(stack, 'vllm-vllm');
  const { stdout } = await stack.rma('plan', '--explain');
  expect(stdout).toMatch(/GPU 0/);
});
