import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LocalRunner } from '../../../src/adapters/exec/local-runner.ts';
import { diskFiles } from '../../../src/adapters/files/disk-files.ts';
import { NvidiaSmi } from '../../../src/adapters/nvidia/nvidia-smi.ts';
import { RmaError } from '../../../src/core/errors.ts';
import { tempFolder } from '../../helpers/files/temp-folder.ts';
import { gpuBox } from '../../helpers/gpu/gpu-box.ts';
import { probe, probeShape } from '../../helpers/gpu/probe-gpus.ts';

describe('[req R30] a host without usable GPUs', () => {
  it.each([
    ['none-installed', 'RMA_GPU_NO_PROGRAM', 'lspci'],
    ['driver-not-loaded', 'RMA_GPU_NO_DRIVER', 'modprobe'],
    ['no-device', 'RMA_GPU_NO_DEVICE', 'lspci'],
    ['nvml-missing', 'RMA_GPU_NO_NVML', 'ldconfig'],
    ['no-permission', 'RMA_GPU_NO_PERMISSION', '/dev/nvidia'],
    ['version-mismatch', 'RMA_GPU_DRIVER_MISMATCH', 'reboot'],
    ['unknown-error', 'RMA_GPU_FAILED', 'nvidia-smi'],
    ['garbage', 'RMA_GPU_GARBAGE', 'nvidia-smi'],
  ] as const)('%s: %s', async (shape, code, word) => {
    const inventory = await probeShape({ shape });
    expect(inventory).toMatchObject({ driverVersion: null, gpus: [], warnings: [] });
    expect(inventory.absence?.code).toBe(code);
    expect(inventory.absence?.hint).toContain(word);
  });

  it('times out if nvidia-smi hangs and ignores signals', async () => {
    const { absence } = await probeShape({ shape: 'hang' }, { deadlineMs: 300 });
    expect(absence).toMatchObject({
      code: 'RMA_GPU_HANG',
      message: 'nvidia-smi timed out after 0.3 s',
    });
  });

  it('shows the output of nvidia-smi for an unknown error', async () => {
    expect((await probeShape({ shape: 'unknown-error' })).absence?.message).toBe(
      'nvidia-smi failed with exit code 255: "Failed to initialize NVML: Unknown Error"',
    );
  });

  it('shows garbage without control characters', async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them
    expect((await probeShape({ shape: 'garbage' })).absence?.message).not.toMatch(/[\u0000-\u001f]/);
  });

  it('reports why nvidia-smi cannot be started', async () => {
    const path = tempFolder();
    writeFileSync(join(path, 'nvidia-smi'), 'no program');
    expect((await probe({ path })).absence).toMatchObject({
      code: 'RMA_GPU_FAILED',
      message: 'failed to start nvidia-smi: EACCES',
    });
  });
});

describe('an aborted probe', () => {
  it('rejects with the reason of the signal', async () => {
    const box = await gpuBox({ shape: 'hang' });
    const stop = new AbortController();
    const probing = new NvidiaSmi(new LocalRunner({ PATH: box.path }), { files: diskFiles }).probe(
      stop.signal,
    );
    stop.abort(new Error('stopped by the user'));
    await expect(probing).rejects.toThrow('stopped by the user');
  });
});

describe('a host that is lost during the probe', () => {
  it('is not one without GPUs', async () => {
    const lost = new RmaError('RMA_HOST_LOST', 'lost the connection to host box1');
    const smi = new NvidiaSmi({ run: () => Promise.reject(lost) }, { files: diskFiles });
    await expect(smi.probe(new AbortController().signal)).rejects.toBe(lost);
  });
});
