import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Gpu } from '../../../src/core/domain/gpu.ts';
import { type DefaultRequest, defaultProject, type Machine } from '../../../src/core/init/default-project.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const GIB = 2 ** 30;
const gpu = (gib: number, over: Partial<Gpu> = {}): Gpu => ({
  index: 0,
  uuid: 'GPU-1',
  name: 'NVIDIA L4',
  pciBusId: null,
  memory: { totalBytes: gib * GIB, reservedBytes: 0, usedBytes: 0, freeBytes: gib * GIB },
  unified: false,
  computeCapability: '8.9',
  utilizationPercent: null,
  temperatureCelsius: null,
  powerWatts: null,
  migEnabled: null,
  migDevices: [],
  processes: [],
  fault: null,
  ...over,
});
const docker = { version: '28.5.2', rootDir: '/var/lib/docker', freeBytes: 40 * GIB };
const NOTHING: Machine = { gpus: [], memoryBytes: null, disks: null, docker: null };

function written(machine: Partial<Machine>, over: Partial<DefaultRequest> = {}) {
  const catalog = shippedCatalog();
  const text = defaultProject({
    machine: { ...NOTHING, ...machine },
    catalog,
    profiles: [],
    store: null,
    ...over,
  });
  return { text, settings: parse(text) };
}

describe('the rma.yaml of a machine', () => {
  it.each([
    ['no GPU', [], 'cpu-worker'],
    ['a GPU that is too small', [gpu(2)], 'cpu-worker'],
    ['a broken GPU', [gpu(24, { fault: 'lost' })], 'cpu-worker'],
    ['a GPU of 6 GiB', [gpu(6)], 'ocr'],
    ['two GPUs', [gpu(6), gpu(12)], 'gpu-worker'],
  ])('with %s has a profile that fits', (_, gpus, profile) => {
    expect(written({ gpus }).settings).toEqual({
      profiles: [profile],
      volumes: { store: 'named:rma-models' },
    });
  });

  it('explains the choice, and names the machine and the profiles that fit too', () => {
    const { text } = written({ gpus: [gpu(12)], memoryBytes: 64 * GIB, docker });
    expect(text).toContain('# This machine: NVIDIA L4 (12.0 GiB); 64.0 GiB RAM; Docker 28.5.2.\n');
    expect(text).toMatch(
      /# gpu-worker needs a GPU of .* or more; the largest has 12\.0 GiB\. Also fit: .*ocr/,
    );
    expect(text).toContain('/var/lib/docker: 40.0 GiB free');
  });

  it('suggests a disk with much more space, but not a network or memory file system', () => {
    const disk = (mount: string, type: string, free: number) => {
      return { device: mount, type, mount, sizeBytes: 2 * free * GIB, freeBytes: free * GIB };
    };
    const disks = [disk('/', 'ext4', 40), disk('/mnt/nas', 'nfs4', 9000), disk('/run', 'tmpfs', 500)];
    expect(written({ docker, disks }).text).not.toContain('host:');
    const more = [...disks, disk('/data', 'xfs', 900)];
    expect(written({ docker, disks: more }).text).toContain(
      '/data has 900 GiB free; to use it: store: host:/data/models',
    );
    expect(written({ docker, disks: more }).settings.volumes).toEqual({ store: 'named:rma-models' });
  });

  it('has the profiles and the store that were requested', () => {
    const store = 'host:/data/models';
    const { settings } = written({ gpus: [gpu(24)] }, { profiles: ['vllm', 'ocr'], store });
    expect(settings).toEqual({ profiles: ['vllm', 'ocr'], volumes: { store } });
  });
});
