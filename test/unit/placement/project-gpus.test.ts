import { describe, expect, it } from 'vitest';
import { type GpuUser, projectGpus } from '../../../src/core/placement/project-gpus.ts';
import { usesGpus } from '../../../src/core/profile/uses-gpus.ts';
import { withoutGpus } from '../../../src/core/profile/without-gpus.ts';
import { gpuOf, inventoryOf, processOf } from '../../helpers/builders/place-box.ts';
import { catalogOf, configOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { containerOf } from '../../helpers/host/container-of.ts';
import { snapshotOf } from '../../helpers/host/snapshot-of.ts';

const MIB = 2 ** 20;
const engines = [
  engineOf('llm', { gpu: 'optional', sharesGpu: true }),
  engineOf('vllm', { gpu: 'required' }),
  engineOf('cpu', { gpu: 'none' }),
];
const catalog = catalogOf(
  {
    chat: [profileServiceOf({ gpus: 1 })],
    big: [profileServiceOf({ engine: 'vllm', gpus: 1 })],
    text: [profileServiceOf({ engine: 'cpu', gpus: 1 })],
    plain: [profileServiceOf({ gpus: 0 })],
  },
  engines,
);
const user = (over: Partial<GpuUser> = {}): GpuUser => ({
  project: 'demo',
  settings: configOf().gpu,
  catalog,
  profiles: ['chat'],
  named: [],
  serviceNames: {},
  ...over,
});

describe('usesGpus', () => {
  it('is true for a service on GPUs with an engine that can use them', () => {
    expect(usesGpus(catalog, ['plain', 'chat'])).toBe(true);
    expect(usesGpus(catalog, ['big'])).toBe(true);
  });

  it('is false for engines and services on the CPU', () => {
    expect(usesGpus(catalog, ['text', 'plain'])).toBe(false);
    expect(usesGpus(catalog, [])).toBe(false);
  });
});

describe('[req R28] withoutGpus', () => {
  it('puts services on the CPU and drops variants that need a GPU', () => {
    const { profiles } = withoutGpus(catalog, ['chat']);
    expect(profiles.get('chat')?.variants[0]?.services[0]?.gpus).toBe(0);
    expect(profiles.get('big')).toBe(catalog.profiles.get('big'));
  });

  it('rejects a profile that needs a GPU', () => {
    expect(() => withoutGpus(catalog, ['big'])).toThrow(
      expect.objectContaining({ code: 'RMA_GPU_OFF', exitCode: 2, details: { profile: 'big' } }),
    );
  });
});

describe('projectGpus', () => {
  const service = containerOf({
    service: 'chat-llm',
    profile: 'chat',
    project: 'demo',
    gpus: ['GPU-0'],
    gpuBytes: 4096 * MIB,
  });
  const worker = containerOf({
    service: 'chat-worker',
    profile: 'chat',
    project: 'demo',
    variant: 'default',
  });
  const gpus = inventoryOf(gpuOf(0, 24_564, [processOf('llm', 11, 6000)]));
  const snapshot = snapshotOf({
    gpus,
    containers: [service, worker],
    processes: new Map([[service.id, [11]]]),
  });

  it('returns devices, their use and the variants of the running project', () => {
    const { devices, running, reservations } = projectGpus(user(), snapshot);
    expect([...running.services]).toEqual([['chat-llm', { devices: ['GPU-0'], measuredBytes: 6000 * MIB }]]);
    expect([...running.variants]).toEqual([['chat', 'default']]);
    expect(reservations).toMatchObject([{ service: 'chat-llm', own: true, running: true, pids: [11] }]);
    expect(devices[0]?.availableBytes).toBe((24_564 - 300) * MIB);
  });

  it('takes the variant of a profile from its worker, not from an engine that kept an earlier label', () => {
    const containers = [worker, { ...service, variant: 'earlier' }];
    const { running } = projectGpus(user(), snapshotOf({ gpus, containers }));
    expect([...running.variants]).toEqual([['chat', 'default']]);
  });

  it('does not resolve the GPU settings for a project on the CPU', () => {
    const settings = { ...configOf().gpu, visible: ['GPU-9'] };
    const onCpu = projectGpus(user({ profiles: ['plain'], settings }), snapshot);
    expect(onCpu).toMatchObject({ devices: [], reservations: [], inventory: { gpus: [] } });
    expect([...onCpu.running.variants]).toEqual([['chat', 'default']]);
    expect(() => projectGpus(user({ settings }), snapshot)).toThrow(
      expect.objectContaining({ code: 'RMA_GPU_UNKNOWN' }),
    );
  });

  it('keeps the GPU of an orphaned service while the command is about another profile', () => {
    const old = { ...service, id: 'old', service: 'chat-old' };
    const running = snapshotOf({ gpus, containers: [old], processes: new Map([['old', [11]]]) });
    const profiles = ['chat', 'big'];
    const ownWhen = (named: readonly string[]) =>
      projectGpus(user({ profiles, named }), running).reservations.map(({ own }) => own);
    expect(ownWhen(['big'])).toEqual([false]);
    expect(ownWhen(['chat'])).toEqual([true]);
    expect(ownWhen([])).toEqual([true]);
  });
});
