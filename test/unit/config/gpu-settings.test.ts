import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { effectiveSettings } from '../../../src/core/config/show-config.ts';
import type { GpuSettings } from '../../../src/core/domain/config.ts';
import { base, flags, withFile } from '../../helpers/builders/config-sources.ts';

type Env = Readonly<Record<string, string>>;

const gpuOf = (env: Env, options = {}, file = ''): GpuSettings =>
  resolveConfig({ ...withFile(file), env, flags: flags(options) }).config.gpu;
const messageOf = (work: () => unknown): string => {
  try {
    work();
    return 'no fault';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the GPU settings', () => {
  it.each([
    ['true', 'required'],
    ['auto', 'auto'],
    ['FALSE', 'off'],
    ['0', 'off'],
  ])('[req R28] ENABLE_GPU=%s means %s', (word, use) => {
    expect(gpuOf({ ENABLE_GPU: word }).use).toBe(use);
  });

  it.each([
    ['true', 'required'],
    ['false', 'off'],
    ['auto', 'auto'],
    ['"true"', 'required'],
    ['no', 'off'],
  ])('[req R28] accept gpu.enable: %s in YAML', (word, use) => {
    expect(gpuOf({}, {}, `gpu:\n  enable: ${word}\n`).use).toBe(use);
  });

  it('[req R28] reject another value with the valid ones', () => {
    expect(messageOf(() => gpuOf({ ENABLE_GPU: 'maybe' }))).toBe(
      'ENABLE_GPU: gpu.enable expects true, auto or false, got "maybe"',
    );
    expect(messageOf(() => gpuOf({}, {}, 'gpu:\n  enable: [auto]\n'))).toBe(
      'rma.yaml:2:11: "gpu.enable" must be true, false or a string such as auto, not a list',
    );
  });

  it.each([
    ['8', 8e9],
    ['7.5', 7.5e9],
    ['8GiB', 8 * 2 ** 30],
  ])('[req R27] MIN_GPU_MEMORY_GB=%s is %d bytes', (size, bytes) => {
    expect(gpuOf({ MIN_GPU_MEMORY_GB: size }).minBytes).toBe(bytes);
    expect(gpuOf({}, {}, `gpu:\n  min_memory: ${size}\n`).minBytes).toBe(bytes);
  });

  it('require a unit if a plain number is ambiguous', () => {
    expect(messageOf(() => gpuOf({ RMA_GPU_RESERVE: '256' }))).toContain(
      'a size with its unit, such as 512MiB',
    );
  });

  it.each([
    ['all', null],
    ['none', []],
    ['void', []],
    ['0,1', ['0', '1']],
    ['GPU-5f1c2a9e', ['GPU-5f1c2a9e']],
    ['0:1', ['0:1']],
  ])('[req R26] NVIDIA_VISIBLE_DEVICES=%s allows %j', (value, visible) => {
    expect(gpuOf({ NVIDIA_VISIBLE_DEVICES: value }).visible).toEqual(visible);
  });

  it.each([
    ['nvidia.com/gpu=all', null],
    ['nvidia.com/gpu=none', []],
    ['nvidia.com/gpu=0', ['0']],
    ['nvidia.com/gpu=gpu0,nvidia.com/gpu=1', ['0', '1']],
    ['nvidia.com/gpu=0:1', ['0:1']],
    ['nvidia.com/gpu=mig0:1', ['0:1']],
    ['runtime.nvidia.com/gpu=GPU-5f1c2a9e', ['GPU-5f1c2a9e']],
    ['nvidia.com/gpu=MIG-5f1c2a9e', ['MIG-5f1c2a9e']],
    ['0:0', ['0:0']],
    ['GPU-abc', ['GPU-abc']],
    [
      'MIG-GPU-5f1c2a9e-0000-0000-0000-000000000000/1/0',
      ['MIG-GPU-5f1c2a9e-0000-0000-0000-000000000000/1/0'],
    ],
  ])('[case G07] NVIDIA_VISIBLE_DEVICES=%s allows %j', (value, visible) => {
    expect(gpuOf({ NVIDIA_VISIBLE_DEVICES: value }).visible).toEqual(visible);
  });

  it.each(['0:0:0', 'nvidia.com/gpu=', 'amd.com/gpu=0', 'GPU_0', 'first'])(
    '[case G07] NVIDIA_VISIBLE_DEVICES=%s is refused with the accepted forms',
    (value) => {
      expect(messageOf(() => gpuOf({ NVIDIA_VISIBLE_DEVICES: value }))).toContain(
        'a GPU index (0), a MIG device (0:1), a UUID or a UUID prefix (GPU-5f1c, MIG-5f1c), a CDI name (nvidia.com/gpu=0), all or none',
      );
    },
  );

  it('[case G07] pins accept CDI names', () => {
    expect(gpuOf({ RMA_GPU_PINS: 'ocr=nvidia.com/gpu=0+1' }).pins).toEqual({ ocr: ['0', '1'] });
  });

  it('[req R26] --gpus overrides NVIDIA_VISIBLE_DEVICES', () => {
    const env = { NVIDIA_VISIBLE_DEVICES: '0' };
    expect(gpuOf(env, { 'gpu.visible': ['1', '2'] }).visible).toEqual(['1', '2']);
    expect(gpuOf(env, { 'gpu.visible': ['all'] }).visible).toBeNull();
    expect(gpuOf({}, {}, 'gpu:\n  visible: [0, GPU-5f]\n').visible).toEqual(['0', 'GPU-5f']);
  });

  it('accept pins of services and profiles, with several GPUs joined by +', () => {
    expect(gpuOf({}, {}, 'gpu:\n  pins: { ocr: 1, vllm-vllm: "0+1" }\n').pins).toEqual({
      ocr: ['1'],
      'vllm-vllm': ['0', '1'],
    });
    expect(messageOf(() => gpuOf({ RMA_GPU_PINS: 'ocr=all' }))).toContain(
      'a CDI name (nvidia.com/gpu=0), got "ocr=all"',
    );
  });

  it('are shown in the format of rma.yaml', () => {
    const env = { ENABLE_GPU: 'auto', MIN_GPU_MEMORY_GB: '8', NVIDIA_VISIBLE_DEVICES: 'none' };
    const shown = effectiveSettings(resolveConfig({ ...base, env }));
    const values = Object.fromEntries(shown.map(({ key, value }) => [key, value]));
    expect(values).toMatchObject({
      'gpu.enable': 'auto',
      'gpu.min_memory': '8GB',
      'gpu.visible': ['none'],
      'gpu.reserve': '256MiB',
    });
  });
});
