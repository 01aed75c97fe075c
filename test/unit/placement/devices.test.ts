import { describe, expect, it } from 'vitest';
import type { Gpu, GpuInventory, MigDevice } from '../../../src/core/domain/gpu.ts';
import type { GpuReservation } from '../../../src/core/domain/placement.ts';
import { measuredBytes, placementDevices } from '../../../src/core/placement/devices.ts';
import { resolveGpuNames } from '../../../src/core/placement/gpu-names.ts';
import { GIB } from '../../helpers/builders/placement-builders.ts';

const SETTINGS = { visible: null, reserveBytes: GIB };

function gpu(index: number, usedGib: number, change: Partial<Gpu> = {}): Gpu {
  const memory = { totalBytes: 24 * GIB, reservedBytes: GIB, usedBytes: usedGib * GIB, freeBytes: null };
  return {
    index,
    uuid: `GPU-${index}aaa`,
    name: 'Card',
    pciBusId: null,
    memory,
    unified: false,
    computeCapability: '8.9',
    utilizationPercent: null,
    temperatureCelsius: null,
    powerWatts: null,
    migEnabled: null,
    migDevices: [],
    processes: [],
    fault: null,
    ...change,
  };
}

function slice(index: number, change: Partial<MigDevice> = {}): MigDevice {
  const memory = { totalBytes: 10 * GIB, reservedBytes: 0, usedBytes: 0, freeBytes: null };
  return { uuid: `MIG-${index}bbb`, profile: '1g.10gb', index, memory, ...change };
}

function inventory(...gpus: readonly Gpu[]): GpuInventory {
  return { driverVersion: null, cudaVersion: null, gpus, absence: null, warnings: [] };
}

function reservation(change: Partial<GpuReservation>): GpuReservation {
  return {
    project: 'other',
    service: 'vllm',
    own: false,
    running: true,
    devices: ['GPU-0aaa'],
    bytesPerGpu: 10 * GIB,
    exclusive: false,
    pids: [7],
    ...change,
  };
}

const process = (pid: number, gib: number | null) =>
  ({ pid, name: 'x', kind: 'compute', memoryBytes: gib === null ? null : gib * GIB }) as const;

describe('the available memory of a device', () => {
  it.each([
    ['it is idle', gpu(0, 0), [], 22, 0, 0],
    ['a foreign process runs', gpu(0, 5, { processes: [process(1, 5)] }), [], 17, 5, 0],
    [
      'a service of this project runs',
      gpu(0, 9, { processes: [process(7, 9)] }),
      [reservation({ own: true })],
      22,
      0,
      0,
    ],
    [
      'another project uses less than reserved',
      gpu(0, 2, { processes: [process(7, 2)] }),
      [reservation({})],
      12,
      0,
      10,
    ],
    [
      'another project uses more than reserved',
      gpu(0, 12, { processes: [process(7, 12)] }),
      [reservation({})],
      10,
      0,
      12,
    ],
    ['the driver hides processes', gpu(0, 13, { processes: null }), [reservation({})], 9, 3, 10],
    ['hidden use is less than reserved', gpu(0, 4, { processes: null }), [reservation({})], 12, 0, 10],
    [
      'the processes of a container are unknown',
      gpu(0, 13, { processes: [process(9, 13)] }),
      [reservation({ pids: null })],
      9,
      3,
      10,
    ],
    [
      'the memory of a process is unknown',
      gpu(0, 13, { processes: [process(7, null)] }),
      [reservation({})],
      9,
      3,
      10,
    ],
    ['a service of another project is stopped', gpu(0, 0), [reservation({ running: false })], 12, 0, 10],
    ['the reservations exceed the GPU', gpu(0, 0), [reservation({ bytesPerGpu: 30 * GIB })], 0, 0, 30],
  ])('[req R24] is correct if %s', (...[, one, reservations, available, foreign, others]) => {
    const [found] = placementDevices(inventory(one), reservations, SETTINGS);
    expect(found).toMatchObject({
      availableBytes: available * GIB,
      foreignBytes: foreign * GIB,
      othersBytes: others * GIB,
      unusable: null,
    });
  });

  it('is derived from free memory if used memory is unknown', () => {
    const memory = { totalBytes: 24 * GIB, reservedBytes: GIB, usedBytes: null, freeBytes: 20 * GIB };
    expect(placementDevices(inventory(gpu(0, 0, { memory })), [], SETTINGS)[0]?.foreignBytes).toBe(3 * GIB);
  });

  it.each([
    ['an error', { fault: 'fell off the bus' }, 'fell off the bus'],
    [
      'unknown memory',
      { memory: { totalBytes: null, reservedBytes: null, usedBytes: 0, freeBytes: null } },
      'does not report its memory',
    ],
    [
      'unknown use',
      { memory: { totalBytes: GIB, reservedBytes: null, usedBytes: null, freeBytes: null } },
      'does not report its memory',
    ],
    [
      'MIG mode',
      { migEnabled: true, migDevices: [slice(0)] },
      'is in MIG mode; its MIG devices are used instead',
    ],
    ['MIG mode without devices', { migEnabled: true }, 'is in MIG mode and has no MIG device'],
  ])('is unusable for a GPU with %s', (_, change, why) => {
    expect(placementDevices(inventory(gpu(0, 0, change)), [], SETTINGS)[0]?.unusable).toBe(why);
  });

  it('lists MIG devices after their GPU, unusable without a UUID', () => {
    const parent = gpu(0, 0, { migEnabled: true, migDevices: [slice(0), slice(1, { uuid: null })] });
    const found = placementDevices(inventory(parent), [], SETTINGS);
    expect(found.map(({ kind, unusable }) => [kind, unusable])).toEqual([
      ['gpu', 'is in MIG mode; its MIG devices are used instead'],
      ['mig', null],
      ['mig', 'has no UUID'],
    ]);
    expect(found[1]).toMatchObject({ uuid: 'MIG-0bbb', name: 'Card MIG 1g.10gb', availableBytes: 9 * GIB });
  });

  it('[req R26] is usable only for visible GPUs', () => {
    const box = inventory(gpu(0, 0), gpu(1, 0));
    const found = placementDevices(box, [], { ...SETTINGS, visible: ['1'] });
    expect(found.map(({ unusable }) => unusable)).toEqual(['is hidden by gpu.visible', null]);
  });

  it('uses the maximum that a service uses on one of its devices', () => {
    const box = inventory(
      gpu(0, 3, { processes: [process(7, 3)] }),
      gpu(1, 4, { processes: [process(7, 3), process(8, 1)] }),
    );
    const both = reservation({ devices: ['GPU-0aaa', 'GPU-1aaa'], pids: [7, 8] });
    expect(measuredBytes(box, both)).toBe(4 * GIB);
    expect(measuredBytes(box, { ...both, pids: null })).toBeNull();
    expect(measuredBytes(box, { ...both, devices: [] })).toBeNull();
  });
});

describe('GPU names', () => {
  const box = inventory(
    gpu(0, 0, { migEnabled: true, migDevices: [slice(0), slice(1)] }),
    gpu(1, 0, { uuid: 'GPU-1aab' }),
    gpu(2, 0, { uuid: 'GPU-1acc' }),
  );

  it.each([
    [['1'], ['GPU-1aab']],
    [['0:1'], ['MIG-1bbb']],
    [['GPU-1aab', '1'], ['GPU-1aab']],
    [['gpu-1ac'], ['GPU-1acc']],
    [['MIG-0'], ['MIG-0bbb']],
    [['all'], ['MIG-0bbb', 'MIG-1bbb', 'GPU-1aab', 'GPU-1acc']],
    [['none'], []],
    [['void'], []],
  ])('[req R26] %j resolves to %j', (names, uuids) => {
    expect(resolveGpuNames(names, box)).toEqual(uuids);
  });

  it.each([
    ['9', 'RMA_GPU_UNKNOWN', /GPU 9 not found; available: 0 \(GPU-0aaa, Card\), 0:0 \(MIG-0bbb/],
    ['0:7', 'RMA_GPU_UNKNOWN', /GPU 0:7 not found/],
    ['GPU-ffff', 'RMA_GPU_UNKNOWN', /GPU GPU-ffff not found/],
    ['GPU-1a', 'RMA_GPU_AMBIGUOUS', /ambiguous: it matches GPU-1aab and GPU-1acc/],
    ['0', 'RMA_GPU_MIG_PARENT', /in MIG mode .* its MIG devices: 0:0 \(MIG-0bbb, 10.0 GiB\), 0:1/],
  ])('%s is rejected with %s', (name, code, message) => {
    expect(() => resolveGpuNames([name], box)).toThrowError(
      expect.objectContaining({ code, exitCode: 2, message: expect.stringMatching(message) }),
    );
  });

  it.each([
    [box, 'use one of its MIG devices, such as MIG-0bbb'],
    [
      inventory(gpu(0, 0, { migEnabled: true })),
      'it has no MIG device; create one: nvidia-smi mig -cgi PROFILE -C -i 0',
    ],
  ])('of a GPU in MIG mode are rejected with an alternative', (machine, hint) => {
    expect(() => resolveGpuNames(['0'], machine)).toThrowError(expect.objectContaining({ hint }));
  });

  it('are rejected on a machine without GPUs', () => {
    expect(() => resolveGpuNames(['0'], inventory())).toThrowError(/this machine has none/);
  });
});
