import { describe, expect, it } from 'vitest';
import type { GpuInventory } from '../../../src/core/domain/gpu.ts';
import { placeOn } from '../../helpers/builders/place-box.ts';
import { probe } from '../../helpers/gpu/probe-gpus.ts';
import { type RecordedMoment, recordedBox } from '../../helpers/gpu/recorded-gpus.ts';
import { containerOf } from '../../helpers/host/container-of.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const H100 = 'GPU-7c1f9a52-4d0e-b38a-91c6-e05d2a7743bf';
const ALL = ['gpu-worker', 'vllm', 'embedding', 'ocr'];

describe('[req R30] profiles on the recorded H100', () => {
  it.each([
    ['idle', ['gpu-worker', 'vllm', 'embedding', 'ocr'], ['fp16', 'fp16', 'gpu', 'next-34b']],
    ['processes', ['gpu-worker', 'vllm', 'embedding', 'ocr'], ['fp16', 'fp16', 'gpu', 'next-34b']],
    ['nearly-full', ['gpu-worker'], ['ollama']],
    ['nearly-full', ['vllm'], ['4bit']],
    ['nearly-full', ['ocr'], ['13b']],
    ['nearly-full', ['embedding'], ['gpu']],
    ['full', ['embedding'], ['gpu']],
  ] as const)('%s: %j run as %j, all on the GPU', async (moment, profiles, variants) => {
    const { placed, placement } = await placeOn({ inventory: await machine(moment), profiles });
    expect(profiles.map((name) => placed.variants.get(name))).toEqual(variants);
    expect([...placement.values()].flatMap(({ devices }) => devices.map(({ uuid }) => uuid))).toEqual(
      [...placement.keys()].map(() => H100),
    );
  });

  it.each([
    ['idle', 81_559 - 480 - 256, 0],
    ['processes', 81_559 - 480 - 256 - 6389, 6389],
    ['nearly-full', 81_559 - 480 - 256 - 67_087, 67_087],
    ['full', 81_559 - 480 - 256 - 78_527, 78_527],
  ] as const)(
    '%s: %d MiB are available, %d MiB are used by other processes',
    async (moment, available, foreign) => {
      const { devices } = await placeOn({ inventory: await machine(moment), profiles: ['embedding'] });
      expect(devices.map((each) => [each.availableBytes / MIB, each.foreignBytes / MIB])).toEqual([
        [available, foreign],
      ]);
    },
  );

  it.each(['idle', 'processes', 'nearly-full', 'full'] as const)(
    '%s: no more is available if the driver does not report reserved memory',
    async (moment) => {
      const available = async (box: ReturnType<typeof recordedBox>) => {
        const inventory = await probe(box);
        const { devices } = await placeOn({ inventory, profiles: ['embedding'] });
        return devices.map(({ availableBytes }) => availableBytes);
      };
      const [expected = 0] = await available(recordedBox(moment));
      const [byOldFields = 0] = await available(recordedBox(moment, ['log', 'newest-fields']));
      // each of the sizes is rounded to whole MiB
      expect(Math.abs(byOldFields - expected)).toBeLessThanOrEqual(MIB);
    },
  );

  it.each(['gpu-worker', 'vllm', 'ocr'])(
    'full: %s does not fit, and the error reports the available memory',
    async (name) => {
      const inventory = await machine('full');
      await expect(placeOn({ inventory, profiles: [name] })).rejects.toMatchObject({
        code: 'RMA_GPU_NO_FIT',
        message: expect.stringContaining('GPU 0 has 2.2 GiB available (76.7 GiB used by other processes)'),
      });
    },
  );

  it('nearly full: four profiles do not fit together', async () => {
    const inventory = await machine('nearly-full');
    await expect(placeOn({ inventory, profiles: ALL })).rejects.toMatchObject({ code: 'RMA_GPU_NO_FIT' });
  });

  it('does not move running services because of the few MiB that the driver adds per process', async () => {
    const running = (service: string, gib: number) =>
      containerOf({ service, gpus: [H100], gpuBytes: gib * GIB, variant: 'fp16' });
    const placed = await placeOn({
      inventory: await machine('processes'),
      containers: [running('gpu-worker-vllm', 16), running('gpu-worker-ollama', 7.2)],
      pids: { 'gpu-worker-vllm': [912, 1139, 1150], 'gpu-worker-ollama': [1158, 1168, 1182] },
    });
    expect(placed.devices.map(({ foreignBytes }) => foreignBytes / MIB)).toEqual([37]);
    expect(placed.placed.variants.get('gpu-worker')).toBe('fp16');
    expect(placed.checks).toEqual([]);
  });

  it('if the driver hides processes, memory reserved by a service counts as its own', async () => {
    const placed = await placeOn({
      inventory: await machine('other-pid-namespace'),
      profiles: ['ocr'],
      containers: [containerOf({ service: 'ocr-ollama', profile: 'ocr', gpus: [H100], gpuBytes: 6 * GIB })],
      pids: { 'ocr-ollama': [912] },
    });
    expect(placed.devices.map(({ foreignBytes }) => foreignBytes)).toEqual([0]);
    expect(placed.checks.filter(({ code }) => code === 'RMA_PLAN_FOREIGN')).toEqual([]);
  });
});

async function machine(moment: RecordedMoment): Promise<GpuInventory> {
  return probe(recordedBox(moment));
}
