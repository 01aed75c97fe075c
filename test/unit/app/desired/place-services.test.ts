import { describe, expect, it } from 'vitest';
import type { GpuInventory } from '../../../../src/core/domain/gpu.ts';
import type { PinnedModel } from '../../../../src/core/domain/pinned-model.ts';
import { formatResolved } from '../../../../src/core/source/resolved-file.ts';
import { gpuOf, inventoryOf, placeOn, processOf } from '../../../helpers/builders/place-box.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';

const GIB = 2 ** 30;
const CARD_24 = 24_564;
const CARD_8 = 8_188;

const NO_DRIVER: GpuInventory = {
  ...inventoryOf(),
  absence: { code: 'RMA_GPU_NO_PROGRAM', message: 'nvidia-smi not found', hint: 'install the driver' },
};

/** The containers of a gpu-worker that is running on one 24 GB GPU. */
const running = [
  containerOf({ service: 'gpu-worker-worker', variant: 'fp16' }),
  containerOf({ service: 'gpu-worker-vllm', gpus: ['GPU-0'], gpuBytes: 16 * GIB, variant: 'fp16' }),
  containerOf({ service: 'gpu-worker-ollama', gpus: ['GPU-0'], gpuBytes: 7.2 * GIB, variant: 'fp16' }),
];
const pids = { 'gpu-worker-vllm': [11], 'gpu-worker-ollama': [22] };

const where = (placed: Awaited<ReturnType<typeof placeOn>>) =>
  Object.fromEntries(
    [...placed.placement].map(([service, { devices }]) => [service, devices.map(({ uuid }) => uuid)]),
  );
const codes = (placed: Awaited<ReturnType<typeof placeOn>>) => placed.checks.map(({ code }) => code);

describe('placeServices', () => {
  it('[req R29] does not query GPUs if no profile can use one', async () => {
    const placed = await placeOn({ inventory: null, profiles: ['cpu-worker'] });
    expect(placed.selection.services.map(({ service }) => service)).toEqual(['cpu-worker-llamacpp']);
    expect(placed.placement.size).toBe(0);
  });

  it('puts all services of gpu-worker on one 24 GB GPU', async () => {
    const placed = await placeOn({ inventory: inventoryOf(gpuOf(0, CARD_24)) });
    expect(placed.placed.variants.get('gpu-worker')).toBe('fp16');
    expect(where(placed)).toEqual({ 'gpu-worker-vllm': ['GPU-0'], 'gpu-worker-ollama': ['GPU-0'] });
    expect(placed.checks).toEqual([]);
  });

  it('[req R51] chooses a smaller variant on 8 GB, with the reason', async () => {
    const placed = await placeOn({ inventory: inventoryOf(gpuOf(0, CARD_8)) });
    expect(placed.placed.variants.get('gpu-worker')).toBe('ollama');
    expect(placed.checks.find(({ code }) => code === 'RMA_PLAN_VARIANT')).toMatchObject({
      level: 'warning',
      message:
        'gpu-worker uses variant ollama instead of fp16: gpu-worker-vllm needs 16.0 GiB, but GPU 0 has 7.5 GiB available',
    });
    expect(codes(placed)).toContain('RMA_PLAN_PLACEMENT');
  });

  it('[req R64] changes nothing while its own services use their memory', async () => {
    const held = [processOf('vllm', 11, 16_000), processOf('ollama', 22, 7_000)];
    const inventory = inventoryOf(gpuOf(0, CARD_24, held), gpuOf(1, CARD_24));
    const placed = await placeOn({ inventory, containers: running, pids });
    expect(where(placed)).toEqual({ 'gpu-worker-vllm': ['GPU-0'], 'gpu-worker-ollama': ['GPU-0'] });
    expect(placed.checks).toEqual([]);
  });

  it('keeps the reservation of an idle service', async () => {
    const containers = running.map((each) => ({ ...each, project: 'other' }));
    const inventory = inventoryOf(gpuOf(0, CARD_24), gpuOf(1, CARD_24));
    const placed = await placeOn({ inventory, containers, pids });
    expect(where(placed)).toEqual({ 'gpu-worker-vllm': ['GPU-1'], 'gpu-worker-ollama': ['GPU-1'] });
  });

  it('avoids a GPU with a foreign process, and reports the process', async () => {
    const inventory = inventoryOf(
      gpuOf(0, CARD_24, [processOf('/usr/bin/blender', 77, 9_000)]),
      gpuOf(1, CARD_24),
    );
    const placed = await placeOn({ inventory });
    expect(where(placed)).toEqual({ 'gpu-worker-vllm': ['GPU-1'], 'gpu-worker-ollama': ['GPU-1'] });
    expect(placed.checks).toMatchObject([
      { code: 'RMA_PLAN_FOREIGN', message: 'GPU 0: 8.8 GiB in use by other processes: blender (77)' },
    ]);
  });

  it('does not move a running profile that is not part of the command', async () => {
    const inventory = inventoryOf(gpuOf(0, CARD_24), gpuOf(1, CARD_24));
    const containers = running.map((each) => (each.gpus.length > 0 ? { ...each, gpus: ['GPU-1'] } : each));
    const profiles = ['gpu-worker', 'embedding'];
    const placed = await placeOn({ inventory, containers, pids, profiles, acted: ['embedding'] });
    expect(where(placed)).toMatchObject({ 'gpu-worker-vllm': ['GPU-1'], 'gpu-worker-ollama': ['GPU-1'] });
    expect(placed.applied).toEqual(['embedding']);
  });

  it('[req R28] fails without a GPU, with the reason', async () => {
    await expect(placeOn({ inventory: NO_DRIVER })).rejects.toMatchObject({
      code: 'RMA_GPU_NONE',
      exitCode: 3,
      message: 'profile gpu-worker needs a GPU: nvidia-smi not found',
      hint: expect.stringContaining('--enable-gpu auto'),
    });
  });

  it('[req R28] falls back to the CPU worker if allowed', async () => {
    const placed = await placeOn({
      inventory: NO_DRIVER,
      options: { 'gpu.enable': ['auto'] },
      acted: ['gpu-worker'],
    });
    expect(placed.selection.profiles.map(({ name }) => name)).toEqual(['cpu-worker']);
    expect(placed.applied).toEqual(['cpu-worker']);
    expect(placed.checks).toMatchObject([
      { code: 'RMA_PLAN_CPU', message: expect.stringContaining('cpu-worker runs instead of gpu-worker') },
    ]);
  });

  it('[req R28] uses no GPU if GPUs are disabled; engines that support the CPU still run', async () => {
    const options = { 'gpu.enable': ['false'] };
    const placed = await placeOn({ inventory: null, profiles: ['ocr'], options });
    expect(placed.selection.services.map(({ gpus }) => gpus)).toEqual([0]);
    await expect(placeOn({ inventory: null, profiles: ['vllm'], options })).rejects.toMatchObject({
      code: 'RMA_GPU_OFF',
      exitCode: 2,
    });
  });

  it('reports a profile that does not fit because the GPU is too small', async () => {
    await expect(placeOn({ inventory: inventoryOf(gpuOf(0, 4_096)) })).rejects.toMatchObject({
      code: 'RMA_GPU_NO_FIT',
      exitCode: 5,
      message: expect.stringContaining('profile gpu-worker does not fit'),
      details: { profile: 'gpu-worker', refusedVariants: expect.any(Array) },
    });
  });

  it('[req R26] rejects a pin to an unknown GPU', async () => {
    const options = { 'gpu.pins': ['gpu-worker=7'] };
    await expect(placeOn({ inventory: inventoryOf(gpuOf(0, CARD_24)), options })).rejects.toMatchObject({
      code: 'RMA_GPU_UNKNOWN',
      exitCode: 2,
    });
  });

  it('[req R24] places services on their pinned GPUs', async () => {
    const inventory = inventoryOf(gpuOf(0, CARD_24), gpuOf(1, CARD_24));
    const placed = await placeOn({
      inventory,
      options: { 'gpu.pins': ['gpu-worker-vllm=1', 'gpu-worker-ollama=0'] },
    });
    expect(where(placed)).toEqual({ 'gpu-worker-vllm': ['GPU-1'], 'gpu-worker-ollama': ['GPU-0'] });
  });

  it.each([
    ['a service', 'vllm-vllm=0+1'],
    ['a profile with one service', 'vllm=0+1'],
  ])('[req R23] uses all GPUs that are pinned for %s', async (_, pin) => {
    const equal = [0, 1, 2].map((index) => ({ ...gpuOf(index, CARD_24), name: 'Card' }));
    const inventory = inventoryOf(...equal);
    const placed = await placeOn({ inventory, profiles: ['vllm'], options: { 'gpu.pins': [pin] } });
    expect(where(placed)).toEqual({ 'vllm-vllm': ['GPU-0', 'GPU-1'] });
  });

  it('places an engine without tensor parallelism on any number of GPUs', async () => {
    const equal = [0, 1, 2].map((index) => ({ ...gpuOf(index, CARD_8), name: 'Card' }));
    const ref = 'ollama:llava:7b';
    const geometry = { architecture: 'llama', layers: 32, attentionHeads: 32, kvHeads: 8 };
    const rest = { keyLength: 128, valueLength: 128, contextLength: 4096, weightsBytes: 4 * GIB };
    const pinned: PinnedModel = { source: 'url', ref, url: 'https://x/y.gguf', set: 'default', files: [] };
    const placed = await placeOn({
      inventory: inventoryOf(...equal),
      profiles: ['ocr'],
      options: { 'gpu.pins': ['ocr=0+1+2'], variants: ['ocr=7b'] },
      resolved: formatResolved({
        pinned: new Map([[ref, pinned]]),
        geometry: new Map([[ref, { ...geometry, ...rest }]]),
        missing: new Map(),
      }),
    });
    expect(where(placed)).toEqual({ 'ocr-ollama': ['GPU-0', 'GPU-1', 'GPU-2'] });
  });

  it('keeps the services of a profile on its pinned GPUs', async () => {
    const inventory = inventoryOf(gpuOf(0, CARD_24), gpuOf(1, CARD_24), gpuOf(2, CARD_24));
    const placed = await placeOn({ inventory, options: { 'gpu.pins': ['gpu-worker=1+2'] } });
    expect(where(placed)).toEqual({ 'gpu-worker-vllm': ['GPU-1'], 'gpu-worker-ollama': ['GPU-1'] });
  });

  it('rejects a pin for an unknown service', async () => {
    const options = { 'gpu.pins': ['gpu-worker-vlm=0'] };
    await expect(placeOn({ inventory: null, options })).rejects.toMatchObject({
      code: 'RMA_GPU_PIN_UNKNOWN',
      exitCode: 2,
      message: expect.stringContaining('gpu-worker-vllm'),
    });
  });

  it('resolves only the models of the chosen variants', async () => {
    const asked: string[] = [];
    await placeOn({ inventory: inventoryOf(gpuOf(0, CARD_8)), asked });
    expect(asked.sort()).toEqual([
      'ollama:llava:7b',
      'ollama:mistral:7b-instruct-v0.2-q4_K_M',
      'ollama:nomic-embed-text',
    ]);
  });

  it.each([[['ocr']], [['ocr', 'embedding']], [['embedding', 'ocr']]])(
    'skips the variant of an optional model that is missing in its source, with a warning: %j',
    async (profiles) => {
      const big = inventoryOf(gpuOf(0, 49_140));
      const absent = ['ollama:llava-next:34b-v1.5-q4_K_M'];
      const placed = await placeOn({ inventory: big, profiles, absent });
      expect(placed.placed.variants.get('ocr')).toBe('34b');
      expect(placed.checks).toMatchObject([
        {
          code: 'RMA_PLAN_MODEL_MISSING',
          message: 'profile ocr: llava-next-34b not found at the source; skipping variant next-34b',
        },
      ]);
    },
  );

  it('fails with the error of the hub if a required model does not exist', async () => {
    const absent = ['ollama:llava:7b'];
    await expect(placeOn({ inventory: inventoryOf(gpuOf(0, CARD_8)), absent })).rejects.toMatchObject({
      code: 'RMA_HUB_NOT_FOUND',
      exitCode: 1,
    });
  });

  it('resolves nothing again that an earlier plan saved, including missing models', async () => {
    const big = inventoryOf(gpuOf(0, 49_140));
    const absent = ['ollama:llava-next:34b-v1.5-q4_K_M'];
    const { resolved } = await placeOn({ inventory: big, profiles: ['ocr'], absent });
    const asked: string[] = [];
    const again = await placeOn({
      inventory: big,
      profiles: ['ocr'],
      absent,
      asked,
      resolved: formatResolved(resolved),
    });
    expect(asked).toEqual([]);
    expect(again.placed.variants.get('ocr')).toBe('34b');
  });
});
