import { describe, expect, it } from 'vitest';
import { DockerodeEngine } from '../../../src/adapters/docker/dockerode-engine.ts';
import { type StandinContainer, standinEngine } from '../../helpers/stack/standin-engine.ts';

const connect = async (...containers: readonly StandinContainer[]) =>
  new DockerodeEngine((await standinEngine({ containers })).endpoint);

describe('the GPUs of a container', () => {
  it('come from its labels: devices, bytes reserved on each, variant', async () => {
    const labels = { 'rma.gpus': 'GPU-a GPU-b', 'rma.memory': '17179869184', 'rma.variant': 'fp16' };
    const docker = await connect({ service: 'vllm', labels });
    expect(await docker.containers()).toMatchObject([
      { gpus: ['GPU-a', 'GPU-b'], gpuBytes: 17_179_869_184, variant: 'fp16' },
    ]);
  });

  it.each([{}, { 'rma.gpus': '', 'rma.memory': 'much' }])(
    'are empty if the labels are missing or invalid: %o',
    async (labels) => {
      const docker = await connect({ service: 'worker', labels });
      expect(await docker.containers()).toMatchObject([{ gpus: [], gpuBytes: null, variant: null }]);
    },
  );
});

describe('the processes of a container', () => {
  it('are host PIDs', async () => {
    const docker = await connect({ service: 'vllm', pids: [4711, 4712] });
    expect(await docker.processes('vllm')).toEqual([4711, 4712]);
  });

  it('are empty if it is stopped or gone', async () => {
    const docker = await connect({ service: 'vllm', state: 'exited', pids: [1] });
    expect(await docker.processes('vllm')).toEqual([]);
    expect(await docker.processes('gone')).toEqual([]);
  });
});
