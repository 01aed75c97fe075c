import { chmodSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { SHAPES, type ShapeName } from '../../helpers/gpu/gpu-box/shapes.ts';
import { gpuBox } from '../../helpers/gpu/gpu-box.ts';
import { probe, probeShape } from '../../helpers/gpu/probe-gpus.ts';

const MIB = 1024 * 1024;
describe('[req R30] the GPUs of a host', () => {
  it('have sizes in bytes, versions and state, completed by the other queries', async () => {
    const inventory = await probeShape({ shape: '1x24' });
    expect(inventory).toEqual({
      driverVersion: '580.95.05',
      cudaVersion: '13.0',
      absence: null,
      warnings: [],
      gpus: [
        {
          index: 0,
          uuid: 'GPU-5f1c2a9e-0d4b-4c56-9a11-3e2f6b7c8d90',
          name: 'NVIDIA GeForce RTX 4090',
          pciBusId: '00000000:01:00.0',
          memory: {
            totalBytes: 24_564 * MIB,
            reservedBytes: 450 * MIB,
            usedBytes: MIB,
            freeBytes: (24_564 - 451) * MIB,
          },
          unified: false,
          computeCapability: '8.9',
          utilizationPercent: 0,
          temperatureCelsius: 41,
          powerWatts: 22,
          migEnabled: null,
          migDevices: [],
          processes: [],
          fault: null,
        },
      ],
    });
  });

  const wholeShapes = (['1x8', '2x24', '24+8', '8x80', 'mig', 'old-driver'] as const).map(
    (name) => [name] as const,
  );
  it.each(wholeShapes)('are all listed in index order: %s', async (shape) => {
    const { gpus, absence, warnings } = await probeShape({ shape });
    expect([absence, warnings]).toEqual([null, []]);
    expect(gpus.map(({ index, uuid, name }) => ({ index, uuid, name }))).toEqual(
      shapeGpus(shape).map(({ uuid, name }, index) => ({ index, uuid, name })),
    );
    expect(gpus.map(({ memory }) => memory.totalBytes)).toEqual(
      shapeGpus(shape).map(({ totalMib }) => (totalMib ?? 0) * MIB),
    );
    expect(gpus.every(({ fault }) => fault === null)).toBe(true);
  });

  it('have unknown values, not zero, if an old driver lacks them', async () => {
    const [gpu] = (await probeShape({ shape: 'old-driver' })).gpus;
    expect(gpu).toMatchObject({ computeCapability: null, memory: { reservedBytes: null } });
    expect(gpu?.memory.totalBytes).toBe(8192 * MIB);
  });

  it('have processes with their memory', async () => {
    const box = await gpuBox({ shape: '2x24' });
    box.set({
      shape: '2x24',
      foreign: [
        { pid: 4711, name: '/opt/a & b/<python3>', mib: 3000, gpu: box.uuids[1] ?? '' },
        { pid: 12, name: '/usr/lib/xorg/Xorg', mib: 20, gpu: box.uuids[1] ?? '' },
      ],
    });
    const { gpus } = await probe(box);
    expect(gpus.map(({ processes }) => processes)).toEqual([
      [],
      [
        { pid: 4711, name: '/opt/a & b/<python3>', kind: 'compute', memoryBytes: 3000 * MIB },
        { pid: 12, name: '/usr/lib/xorg/Xorg', kind: 'graphics', memoryBytes: 20 * MIB },
      ],
    ]);
    expect(gpus[1]).toMatchObject({ utilizationPercent: 37, memory: { usedBytes: 3021 * MIB } });
  });

  it('in MIG mode have their devices by UUID, with memory and processes of each', async () => {
    const box = await gpuBox({ shape: 'mig' });
    const [, second = ''] = box.migUuids;
    box.set({ shape: 'mig', foreign: [{ pid: 7, name: 'train', mib: 1000, gpu: second }] });
    const [gpu] = (await probe(box)).gpus;
    expect(gpu).toMatchObject({
      migEnabled: true,
      utilizationPercent: null,
      memory: { totalBytes: 40_960 * MIB, usedBytes: null, freeBytes: null },
      processes: [{ pid: 7, migIndex: 1 }],
    });
    expect(gpu?.migDevices.map(({ uuid, profile, index }) => [uuid, profile, index])).toEqual(
      box.migUuids.map((uuid, index) => [uuid, '3g.20gb', index]),
    );
    expect(gpu?.migDevices.map(({ memory }) => memory.usedBytes)).toEqual([12 * MIB, 1012 * MIB]);
  });

  it('with unified memory have the sizes of the host memory', async () => {
    const meminfo = join(tempFolder(), 'meminfo');
    writeFileSync(meminfo, 'MemTotal:       125516800 kB\nMemFree: 1 kB\nMemAvailable:   104857600 kB\n');
    const [gpu] = (await probeShape({ shape: 'unified' }, { meminfo })).gpus;
    expect(gpu).toMatchObject({
      unified: true,
      computeCapability: '12.1',
      memory: {
        totalBytes: 125_516_800 * 1024,
        freeBytes: 104_857_600 * 1024,
        usedBytes: 20_659_200 * 1024,
        reservedBytes: 0,
      },
    });
  });

  it('with unified memory of unknown size have unknown sizes', async () => {
    const [gpu] = (await probeShape({ shape: 'unified' }, { meminfo: '/nonexistent' })).gpus;
    expect(gpu).toMatchObject({ unified: false, memory: { totalBytes: null, freeBytes: null } });
  });
});

describe('[req R30] a lost GPU', () => {
  it('is reported with its error, and the other stays usable, if the driver fails the whole log', async () => {
    const { gpus, warnings, driverVersion } = await probeShape({ shape: 'lost-gpu' });
    const [alive] = shapeGpus('2x24');
    expect(gpus).toMatchObject([
      { index: 0, uuid: alive?.uuid, fault: null, computeCapability: '8.9' },
      { index: 1, uuid: '0000:41:00.0', fault: 'the driver reports "GPU is lost"' },
    ]);
    expect(driverVersion).toBe('580.95.05');
    expect(warnings).toMatchObject([{ code: 'RMA_GPU_FAULT' }]);
  });

  it('is reported with its error if the log has an error in each of its values', async () => {
    const { gpus } = await probeShape({ shape: 'lost-gpu-told' });
    expect(gpus).toMatchObject([
      { index: 0, uuid: '00000000:01:00.0', fault: 'the driver reports "GPU is lost"' },
      { index: 1, fault: null, computeCapability: '8.9' },
    ]);
  });
});

describe('[req R30] if the log cannot be parsed', () => {
  it.each(['2x24', 'old-driver'] as const)(
    'the tables provide the GPUs and their processes: %s',
    async (shape) => {
      const box = await gpuBox({ shape });
      const gpu = box.uuids.at(-1) ?? '';
      box.set({ shape, brokenXml: true, foreign: [{ pid: 31, name: 'a, b', mib: 100, gpu }] });
      const { gpus, absence, driverVersion, cudaVersion } = await probe(box);
      expect([absence, cudaVersion]).toEqual([null, null]);
      expect(driverVersion).toMatch(/^\d+\./);
      expect(gpus.map(({ uuid }) => uuid)).toEqual(box.uuids);
      expect(gpus.at(-1)).toMatchObject({
        name: shapeGpus(shape).at(-1)?.name,
        computeCapability: shape === 'old-driver' ? null : '8.9',
        memory: { usedBytes: 101 * MIB },
        processes: [{ pid: 31, name: 'a? b', memoryBytes: 100 * MIB }],
      });
    },
  );

  it('the list provides the MIG devices', async () => {
    const box = await gpuBox({ shape: 'mig', brokenXml: true });
    const [gpu] = (await probe(box)).gpus;
    expect(gpu?.migEnabled).toBe(true);
    expect(gpu?.migDevices.map(({ uuid }) => uuid)).toEqual(box.migUuids);
  });
});

describe('[req R30] under WSL', () => {
  it('nvidia-smi is found at its WSL path, and an empty process list counts as unknown', async () => {
    const box = await gpuBox({ shape: '1x24' });
    const wsl = join(tempFolder(), 'lib');
    mkdirSync(wsl);
    const wslProgram = join(wsl, 'nvidia-smi');
    renameSync(join(box.path, 'nvidia-smi'), wslProgram);
    chmodSync(wslProgram, 0o755);
    expect(existsSync(join(box.path, 'nvidia-smi'))).toBe(false);
    const { gpus, absence } = await probe(box, { wslProgram });
    expect(absence).toBeNull();
    expect(gpus).toMatchObject([{ uuid: box.uuids[0], processes: null }]);
  });
});

function shapeGpus(name: ShapeName) {
  const shape = SHAPES[name];
  return shape.kind === 'gpus' ? shape.gpus : [];
}
