import { describe, expect, it } from 'vitest';
import type { Gpu, GpuProcess } from '../../../src/core/domain/gpu.ts';
import { shortUuids } from '../../../src/core/gpu/short-uuids.ts';
import { gpuUsers } from '../../../src/core/gpu/users.ts';

const memory = { totalBytes: 100, reservedBytes: 0, usedBytes: 0, freeBytes: 100 };
const gpu = (uuid: string, processes: readonly GpuProcess[] | null, migs: readonly string[] = []): Gpu => ({
  index: 0,
  uuid,
  name: 'GPU',
  pciBusId: null,
  memory,
  unified: false,
  computeCapability: null,
  utilizationPercent: null,
  temperatureCelsius: null,
  powerWatts: null,
  migEnabled: migs.length > 0,
  migDevices: migs.map((name, index) => ({ uuid: name, profile: null, index, memory })),
  processes,
  fault: null,
});
const process = (pid: number, memoryBytes: number | null, migIndex?: number): GpuProcess => ({
  pid,
  name: 'x',
  kind: 'compute',
  memoryBytes,
  ...(migIndex !== undefined && { migIndex }),
});
const service = (name: string, gpus: readonly string[], pids: readonly number[]) => ({
  project: 'rma',
  service: name,
  name: `rma-${name}-1`,
  gpus,
  gpuBytes: 50,
  pids,
});

describe('[req R30] the services on a GPU', () => {
  it('include those with a reservation, even if idle', () => {
    const users = gpuUsers([gpu('GPU-a', [])], [service('ollama', ['GPU-a'], [1])]);
    expect(users.get('GPU-a')).toMatchObject([
      { service: 'ollama', planned: true, promisedBytes: 50, measuredBytes: null, pids: [] },
    ]);
  });

  it('include those with processes on it, with their total memory', () => {
    const [a, b] = [gpu('GPU-a', [process(1, 10), process(2, 20), process(9, 5)]), gpu('GPU-b', [])];
    const users = gpuUsers([a, b], [service('leak', ['GPU-b'], [1, 2, 3])]);
    expect(users.get('GPU-a')).toMatchObject([
      { planned: false, promisedBytes: null, measuredBytes: 30, pids: [1, 2] },
    ]);
    expect(users.get('GPU-b')).toMatchObject([{ planned: true, measuredBytes: null }]);
  });

  it('use an unknown amount if the driver does not report it', () => {
    const users = gpuUsers([gpu('GPU-a', [process(1, null)])], [service('x', [], [1])]);
    expect(users.get('GPU-a')).toMatchObject([{ measuredBytes: null, pids: [1] }]);
  });

  it('are separate for each MIG device', () => {
    const divided = gpu('GPU-a', [process(1, 10, 1)], ['MIG-x', 'MIG-y']);
    const users = gpuUsers([divided], [service('x', [], [1])]);
    expect([...users].map(([uuid, found]) => [uuid, found.length])).toEqual([
      ['GPU-a', 0],
      ['MIG-x', 0],
      ['MIG-y', 1],
    ]);
  });

  it('are only the planned ones if the driver shows no processes', () => {
    const users = gpuUsers([gpu('GPU-a', null)], [service('x', [], [1]), service('y', ['GPU-a'], [2])]);
    expect(users.get('GPU-a')?.map(({ service: name }) => name)).toEqual(['y']);
  });
});

describe('short UUIDs', () => {
  it('have eight characters, or more if needed to be unique', () => {
    expect([...shortUuids(['GPU-5f1c2a9e-0d4b', 'MIG-5f1c2a9e-0d4b']).values()]).toEqual([
      'GPU-5f1c2a9e',
      'MIG-5f1c2a9e',
    ]);
    expect([...shortUuids(['GPU-5f1c2a9e-0d4b', 'GPU-5f1c2a9e-1d4b']).values()]).toEqual([
      'GPU-5f1c2a9e-0',
      'GPU-5f1c2a9e-1',
    ]);
  });

  it('keep a PCI address unchanged', () => {
    expect([...shortUuids(['00000000:41:00.0', 'GPU-1'])]).toEqual([
      ['00000000:41:00.0', '00000000:41:00.0'],
      ['GPU-1', 'GPU-1'],
    ]);
  });
});
