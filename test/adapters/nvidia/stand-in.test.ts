import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { type GpuBox, gpuBox } from '../../helpers/gpu/gpu-box.ts';

const ask = (box: GpuBox, ...args: readonly string[]) =>
  new LocalRunner({ PATH: `${box.path}:/usr/bin:/bin` }).run({ argv: ['nvidia-smi', ...args] });
const usedMib = async (box: GpuBox) => {
  const { stdout } = await ask(box, '--query-gpu=memory.used', '--format=csv,noheader,nounits');
  return stdout.trim().split('\n').map(Number);
};

describe('the stand-in nvidia-smi', () => {
  it('counts foreign processes on their GPU', async () => {
    const box = await gpuBox({ shape: '2x24' });
    expect(await usedMib(box)).toEqual([1, 1]);
    const gpu = box.uuids[1] ?? '';
    box.set({ shape: '2x24', foreign: [{ pid: 4711, name: '/usr/bin/python3', mib: 9000, gpu }] });
    expect(await usedMib(box)).toEqual([1, 9001]);
    const apps = await ask(
      box,
      '--query-compute-apps=gpu_uuid,pid,used_memory',
      '--format=csv,noheader,nounits',
    );
    expect(apps.stdout).toBe(`${gpu}, 4711, 9000\n`);
  });

  it('uses, for each running container, its fraction of the memory label', async () => {
    const box = await gpuBox({ shape: '2x24', followDocker: true, factor: 0.5 });
    const containers = [
      {
        Path: 'vllm',
        State: { Pid: 99 },
        Config: { Labels: { 'rma.gpus': box.uuids.join(' '), 'rma.memory': String(2000 * 1024 ** 2) } },
      },
    ];
    fakeDocker(box.path, containers);
    expect(await usedMib(box)).toEqual([1001, 1001]);
  });

  it('fails a query with a field that its driver does not support', async () => {
    const box = await gpuBox({ shape: 'old-driver' });
    expect(await ask(box, '--query-gpu=uuid,compute_cap', '--format=csv,noheader')).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining('"compute_cap" is not a valid field'),
    });
  });

  it('reports the other GPUs if the lost one is excluded', async () => {
    const box = await gpuBox({ shape: 'lost-gpu' });
    expect(await ask(box, '-q', '-x')).toMatchObject({
      exitCode: 15,
      stdout: expect.stringContaining('is lost'),
    });
    expect(await ask(box, '-q', '-x', '-i', box.uuids[0] ?? '')).toMatchObject({ exitCode: 0 });
  });
});

function fakeDocker(folder: string, containers: unknown): void {
  const answers = join(tempFolder(), 'inspect.json');
  writeFileSync(answers, JSON.stringify(containers));
  const docker = join(folder, 'docker');
  writeFileSync(docker, `#!/bin/sh\nif [ "$1" = ps ]; then echo one; else cat ${answers}; fi\n`);
  chmodSync(docker, 0o755);
}
