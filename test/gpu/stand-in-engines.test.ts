import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { BOTH, machine } from '../helpers/gpu/gpu-engine.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import type { GpuFolder } from '../standins/gpus/gpu-folder.ts';
import { tinySafetensors } from '../standins/tiny-safetensors.ts';

const MODEL = '/models/local/test/model';
const NAME = 'test/model';
const GPU = 'GPU-5f1c2a9e-0d4b-4c56-9a11-3e2f6b7c8d90';

let gpus: GpuFolder;
beforeEach(async () => {
  gpus = await machine({ shape: '2x24' }, { ...BOTH, needs: { [NAME]: 10_000 } });
});

const docker = (...args: readonly string[]) => runProgram('docker', args, engineEnv());

interface Asked {
  readonly gpus?: number;
  readonly store?: 'ro' | 'rw';
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the vLLM stand-in on the first GPU like rma does. */
async function start(flags: readonly string[], { gpus: count = 1, store = 'ro', env = {} }: Asked = {}) {
  const folder = tempFolder();
  mkdirSync(join(folder, 'local/test/model'), { recursive: true });
  writeFileSync(join(folder, 'local/test/model/config.json'), '{"num_attention_heads": 32}');
  writeFileSync(join(folder, 'local/test/model/model.safetensors'), tinySafetensors());
  const name = `rma-e2e-standin-${randomUUID().slice(0, 8)}`;
  onTestFinished(async () => {
    await docker('rm', '--force', name);
  });
  const caches = { HOME: '/tmp/home', VLLM_CACHE_ROOT: '/tmp/vllm', TRITON_CACHE_DIR: '/tmp/triton' };
  const all = Object.entries({ HF_HUB_OFFLINE: '1', ...caches, ...env });
  const args = ['--name', name, '--pull', 'never', '--gpus', String(count), '--shm-size', '8g'];
  const mount = [
    '--volume',
    `${folder}:/models:${store}`,
    ...all.flatMap(([key, value]) => ['-e', `${key}=${value}`]),
  ];
  const image = engineEnv()['RMA_STANDIN_VLLM'] ?? '';
  await docker('run', '--detach', ...args, ...mount, image, MODEL, '--served-model-name', NAME, ...flags);
  return name;
}

const logs = async (name: string) => {
  const { stdout, stderr } = await docker('logs', name);
  return stdout + stderr;
};

/** Returns the error of a stand-in that exits. */
async function refusal(flags: readonly string[], asked: Asked = {}): Promise<string> {
  const name = await start(flags, asked);
  const { stdout } = await docker('wait', name);
  expect(stdout.trim()).toBe('1');
  return logs(name);
}

const listening = (name: string) =>
  vi.waitFor(async () => expect(await logs(name)).toContain('"listening": 8000'), PATIENCE);

/** Returns the MiB in use on each GPU, as rma reads it. */
async function used(): Promise<readonly number[]> {
  const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
  const { stdout } = await runProgram(join(gpus.box.path, 'nvidia-smi'), query);
  return stdout.trim().split('\n').map(Number);
}

test('uses its memory while it runs, as a process in nvidia-smi', async () => {
  const [before = 0] = await used();
  const name = await start(['--gpu-memory-utilization', '0.6', '--kv-cache-memory-bytes', '2G']);
  await listening(name);
  expect(await used()).toEqual([before + 10_000 + 1024 + 2048, 1]);
  const pid = (await docker('inspect', '--format', '{{.State.Pid}}', name)).stdout.trim();
  const query = ['--query-compute-apps=pid,gpu_uuid', '--format=csv,noheader'];
  const { stdout } = await runProgram(join(gpus.box.path, 'nvidia-smi'), query);
  expect(stdout.trim()).toBe(`${pid}, ${GPU}`);

  await docker('stop', name);
  expect((await docker('inspect', '--format', '{{.State.ExitCode}}', name)).stdout.trim()).toBe('0');
  expect(await used()).toEqual([1, 1]);
});

test('uses its whole share if no cache size is set', async () => {
  const name = await start(['--gpu-memory-utilization', '0.5']);
  await listening(name);
  expect(await used()).toEqual([12_283, 1]);
});

test('rejects a share that is not free with the message of vLLM', async () => {
  gpus.set({ shape: '2x24', foreign: [{ pid: 1, name: 'other', mib: 15_000, gpu: GPU }] });
  expect(await refusal(['--gpu-memory-utilization', '0.9'])).toContain(
    'is less than desired GPU memory utilization (0.9, 21.59 GiB)',
  );
});

test('rejects weights and cache that exceed the free memory, and weights that exceed the share', async () => {
  gpus.set({ shape: '2x24' }, { ...BOTH, needs: { [NAME]: 22_000 } });
  const tooMuch = ['--gpu-memory-utilization', '0.1', '--kv-cache-memory-bytes', '4G'];
  expect(await refusal(tooMuch)).toContain('CUDA out of memory');
  expect(await refusal(['--gpu-memory-utilization', '0.5'])).toContain(
    'No available memory for the cache blocks',
  );
});

test.each([
  [['--download-dirs', '/x'], 'unrecognized arguments: --download-dirs'],
  [['--gpu-memory-utilization', 'half'], "invalid float value: 'half'"],
  [['--dtype', 'fp17'], "invalid choice: 'fp17'"],
  [['--enforce-eager', '# a comment'], 'unrecognized arguments: # a comment'],
])('rejects the option %j', async (flags, error) => {
  expect(await refusal(flags)).toContain(error);
});

test('requires exactly as many GPUs as tensor parallelism uses', async () => {
  expect(await refusal(['--tensor-parallel-size', '2'])).toContain('out of bounds');
  expect(await refusal([], { gpus: 2 })).toContain('the rest is lost');
  const name = await start(['--tensor-parallel-size', '2', '--gpu-memory-utilization', '0.5'], { gpus: 2 });
  await listening(name);
  expect(await used()).toEqual([12_283, 12_283]);
});

test('rejects a writable store and a hub that is not offline', async () => {
  expect(await refusal([], { store: 'rw' })).toContain('can be written to');
  expect(await refusal([], { env: { HF_HUB_OFFLINE: '0' } })).toContain('HF_HUB_OFFLINE is not 1');
});
