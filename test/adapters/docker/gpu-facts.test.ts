import { describe, expect, it } from 'vitest';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { type StandinContainer, standinEngine } from '../../helpers/stack/standin-engine.ts';

const connect = async (...containers: readonly StandinContainer[]) =>
  new DockerodeEngine((await standinEngine({ containers })).endpoint);

describe('what a container says of its GPUs', () => {
  it('is in its labels: the devices, the bytes promised on each, the variant', async () => {
    const labels = { 'rma.gpus': 'GPU-a GPU-b', 'rma.memory': '17179869184', 'rma.variant': 'fp16' };
    const docker = await connect({ service: 'vllm', labels });
    expect(await docker.containers()).toMatchObject([
      { gpus: ['GPU-a', 'GPU-b'], gpuBytes: 17_179_869_184, variant: 'fp16' },
    ]);
  });

  it.each([{}, { 'rma.gpus': '', 'rma.memory': 'much' }])('is nothing without them: %o', async (labels) => {
    const docker = await connect({ service: 'worker', labels });
    expect(await docker.containers()).toMatchObject([{ gpus: [], gpuBytes: null, variant: null }]);
  });
});

describe('the processes of a container', () => {
  it('are numbers on the host', async () => {
    const docker = await connect({ service: 'vllm', pids: [4711, 4712] });
    expect(await docker.processes('vllm')).toEqual([4711, 4712]);
  });

  it('are none when it does not run, or is gone', async () => {
    const docker = await connect({ service: 'vllm', state: 'exited', pids: [1] });
    expect(await docker.processes('vllm')).toEqual([]);
    expect(await docker.processes('gone')).toEqual([]);
  });
});
