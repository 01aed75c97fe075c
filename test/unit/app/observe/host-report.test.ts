import { describe, expect, it } from 'vitest';
import { hostReport } from '../../../../src/app/observe/host-report.ts';
import type { EngineFacts } from '../../../../src/core/domain/docker-engine.ts';
import type { CommandOutcome } from '../../../../src/ports/command-runner.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import {
  dockerOf,
  engineOf,
  factsOf,
  filesOf,
  hostOf,
  invocationOf,
} from '../../../helpers/host/port-builders.ts';

const memory = { totalBytes: 64_000, availableBytes: 60_000 };
const worker = containerOf({ service: 'gpu-worker-worker' });
const here: EngineFacts = {
  version: '28',
  apiVersion: '1.48',
  name: 'box1',
  rootDir: '/var/lib/docker',
  memoryBytes: null,
  endpoint: 'unix:///var/run/docker.sock',
};
const elsewhere: EngineFacts = { ...here, name: 'box2', endpoint: 'tcp://10.0.0.2:2375' };
const volume = { type: 'host', path: '/srv/models' } as const;

/** Returns the report for a remote engine whose worker prints this. */
async function reportOf(outcome: Pick<CommandOutcome, 'exitCode' | 'stdout'>) {
  const asked: string[] = [];
  const host = hostOf({
    docker: dockerOf({
      exec: async (id, argv) => {
        asked.push(`${id}: ${argv.join(' ')}`);
        return { stderr: '', ...outcome };
      },
    }),
  });
  const containers = [containerOf({ service: 'gpu-worker-vllm' }), worker];
  const report = await hostReport(host, invocationOf(), { engine: elsewhere, volume, containers });
  return { report, asked };
}

describe('hostReport', () => {
  it('contains the RAM of this machine and the free space of the store', async () => {
    const host = hostOf({
      engine: engineOf({ facts: async () => here }),
      files: filesOf({}, { freeBytes: async (path) => (path === '/srv/models' ? 5000 : null) }),
      facts: factsOf({ memory: async () => memory }),
    });
    const report = await hostReport(host, invocationOf(), { engine: here, volume, containers: [worker] });
    expect(report).toEqual({ name: 'box1', memory, storeFreeBytes: 5000 });
  });

  it('queries a running worker if the engine is on another machine', async () => {
    const disk = { device: '/dev/sda1', type: 'ext4', sizeBytes: 900 };
    const { report, asked } = await reportOf({
      exitCode: 0,
      stdout: JSON.stringify({
        schema: 'rma.worker-facts/v1',
        memory,
        kernel: '6.1.0',
        architecture: 'x64',
        cores: 8,
        disks: [
          { ...disk, mount: '/', freeBytes: 100 },
          { ...disk, mount: '/models', freeBytes: 200 },
        ],
        pciGpus: [{ vendor: 'nvidia', address: '0000:01:00.0' }],
      }),
    });
    expect(asked).toEqual(['gpu-worker-worker: rma-worker facts --json']);
    expect(report).toEqual({ name: 'box2', memory, storeFreeBytes: 200 });
  });

  it.each([
    ['is older and lacks the command', { exitCode: 2, stdout: '' }],
    ['prints another schema', { exitCode: 0, stdout: '{"schema":"rma.worker-facts/v2"}' }],
    ['prints invalid JSON', { exitCode: 0, stdout: 'Segmentation fault' }],
  ])('has unknown RAM and disk if the worker %s', async (_what, outcome) => {
    expect((await reportOf(outcome)).report).toEqual({ name: 'box2', memory: null, storeFreeBytes: null });
  });

  it('has unknown RAM and disk if no worker is running on the other machine', async () => {
    const containers = [containerOf({ service: 'gpu-worker-worker', state: 'exited' })];
    const report = await hostReport(hostOf(), invocationOf(), { engine: elsewhere, volume, containers });
    expect(report).toEqual({ name: 'box2', memory: null, storeFreeBytes: null });
  });
});
