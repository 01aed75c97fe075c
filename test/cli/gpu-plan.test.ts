import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runRma } from '../helpers/cli/run-rma.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { type GpuBox, gpuBox } from '../helpers/gpu/gpu-box.ts';

/** Runs rma without Docker or hub: these errors are reported before either is used. */
async function rma(box: GpuBox, ...args: readonly string[]) {
  const home = tempFolder();
  const { exitCode, stdout, stderr } = await runRma([...args, '--json'], {
    cwd: home,
    env: {
      PATH: [box.path, '/nonexistent'].join(delimiter),
      HOME: home,
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
      HF_ENDPOINT: 'http://127.0.0.1:9',
    },
  });
  expect(stdout).toBe('');
  return { exitCode, error: (JSON.parse(stderr.trim().split('\n').at(-1)!) as { error: unknown }).error };
}

describe('a plan for GPUs', () => {
  it('[req R20] fails with exit code 5 and suggests what fits if the GPU is too small', async () => {
    const { exitCode, error } = await rma(
      await gpuBox({ shape: '1x8' }),
      ...['compose', 'render', '--profile', 'vllm', '--variant', 'vllm=fp16'],
    );
    expect(error).toMatchObject({
      code: 'RMA_GPU_NO_FIT',
      message: expect.stringContaining('vllm-vllm'),
      hint: expect.stringContaining('4bit'),
    });
    expect(exitCode).toBe(5);
  });

  it('fails with exit code 3 and the reason on a host without GPUs', async () => {
    const { exitCode, error } = await rma(
      await gpuBox({ shape: 'driver-not-loaded' }),
      ...['compose', 'render', '--profile', 'gpu-worker'],
    );
    expect(error).toMatchObject({
      code: 'RMA_GPU_NONE',
      message: expect.stringContaining('the NVIDIA driver is not loaded'),
    });
    expect(exitCode).toBe(3);
  });

  it.each([
    ['an unknown GPU', ['--gpu', 'gpu-worker=9'], 'RMA_GPU_UNKNOWN'],
    ['an unknown service', ['--gpu', 'gpu-worker-vlm=0'], 'RMA_GPU_PIN_UNKNOWN'],
    ['an unknown variant', ['--variant', 'gpu-worker=8bit'], 'RMA_VARIANT_UNKNOWN'],
    ['a GPU in MIG mode', ['--gpu', 'gpu-worker=0'], 'RMA_GPU_MIG_PARENT', 'mig'],
  ] as const)('fails with exit code 2 for %s', async (...[, args, code, shape = '2x24' as const]) => {
    const box = await gpuBox({ shape });
    const { exitCode, error } = await rma(box, 'compose', 'render', '--profile', 'gpu-worker', ...args);
    expect(error).toMatchObject({ code });
    expect(exitCode).toBe(2);
  });

  it('does not query GPUs for a profile on the CPU', async () => {
    const { error } = await rma(
      await gpuBox({ shape: 'hang' }),
      ...['compose', 'render', '--profile', 'cpu-worker'],
    );
    expect(error).toMatchObject({ code: 'RMA_HUB_UNREACHABLE' });
  });
});
