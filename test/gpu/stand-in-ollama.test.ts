import { randomUUID } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { BOTH, machine } from '../helpers/gpu/gpu-engine.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { CHECKOUT, runProgram } from '../helpers/stack/engine-script.ts';
import { startHub } from '../hub/hub.ts';
import { gpuModels } from '../standins/gpu-models.ts';
import type { GpuFolder } from '../standins/gpus/gpu-folder.ts';

const FIRST = 'GPU-5f1c2a9e-0d4b-4c56-9a11-3e2f6b7c8d90';
const NEED = 20_000;
const MIB = 1 << 20;

let gpus: GpuFolder;
let store: string;
beforeEach(async () => {
  gpus = await machine({ shape: '2x24' }, { ...BOTH, needs: { 'llama3.2': NEED, 'llava:7b': NEED } });
  store = tempFolder();
  chmodSync(store, 0o755);
  const hub = await startHub(gpuModels());
  onTestFinished(() => hub.close());
  const refs = ['ollama:llama3.2', 'ollama:llava:7b'];
  const rma = [join(CHECKOUT, 'dist/cli/main.js'), 'models', 'pull', '--dest', store, ...refs];
  const { code, stderr } = await runProgram(
    process.execPath,
    rma,
    engineEnv({ RMA_OLLAMA_ENDPOINT: hub.endpoint }),
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
});

const docker = (...args: readonly string[]) => runProgram('docker', args, engineEnv());

/** Starts the Ollama stand-in on a GPU with the store; requests are sent from inside its container. */
async function start(env: Readonly<Record<string, string>> = {}) {
  const name = `rma-e2e-standin-${randomUUID().slice(0, 8)}`;
  onTestFinished(async () => {
    await docker('rm', '--force', name);
  });
  const all = Object.entries({
    OLLAMA_MODELS: '/models/ollama',
    OLLAMA_NOPRUNE: '1',
    HOME: '/tmp/home',
    ...env,
  });
  const flags = [
    '--volume',
    `${store}:/models:ro`,
    ...all.flatMap(([key, value]) => ['-e', `${key}=${value}`]),
  ];
  const image = engineEnv()['RMA_STANDIN_OLLAMA_GPU'] ?? '';
  await docker('run', '--detach', '--pull', 'never', '--name', name, '--gpus', 'all', ...flags, image);
  await vi.waitFor(async () => expect((await docker('exec', name, 'ollama', 'list')).code).toBe(0), PATIENCE);
  const ask = async (path: string, body?: object) => {
    const data = body === undefined ? [] : ['--post-data', JSON.stringify(body)];
    const { stdout } = await docker('exec', name, 'wget', '-qO-', ...data, `http://127.0.0.1:11434${path}`);
    return JSON.parse(stdout);
  };
  const loaded = async () => {
    const { models } = await ask('/api/ps');
    return models.map(({ name: model, size, size_vram }: Record<string, number>) => ({
      model,
      size: Number(size) / MIB,
      onGpu: Number(size_vram) / MIB,
    }));
  };
  return {
    name,
    ask,
    loaded,
    run: (model: string) => ask('/api/generate', { model, prompt: 'Hi', stream: false }),
  };
}

/** Returns the MiB in use on each GPU, as rma reads it. */
async function used(): Promise<readonly number[]> {
  const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits'];
  const { stdout } = await runProgram(join(gpus.box.path, 'nvidia-smi'), query);
  return stdout.trim().split('\n').map(Number);
}

test('loads a model on one GPU with enough memory, and uses that memory', async () => {
  const { run, loaded } = await start();
  expect(await loaded()).toEqual([]);
  expect(await run('llama3.2')).toMatchObject({ done: true });
  expect(await loaded()).toEqual([{ model: 'llama3.2:latest', size: NEED, onGpu: NEED }]);
  expect(await used()).toEqual([NEED + 1, 1]);
});

test('loads a model partly into RAM if GPU memory is too small', async () => {
  gpus.set(
    { shape: '1x24', foreign: [{ pid: 1, name: 'x', mib: 14_000, gpu: FIRST }] },
    { ...BOTH, needs: { 'llama3.2': NEED } },
  );
  const { run, loaded } = await start();
  await run('llama3.2');
  const [model] = await loaded();
  expect(model.size).toBe(NEED);
  expect(model.onGpu).toBe(24_564 - 450 - 1 - 14_000);
});

test('places a model once if the first requests are simultaneous', async () => {
  gpus.set({ shape: '1x24' }, { ...BOTH, needs: { 'llama3.2': NEED } });
  const { name } = await start();
  // loaded by the real Ollama behind the stand-in, which has not seen the model when both requests arrive
  const load = `wget -qO- --post-data '{"model": "llama3.2", "stream": false}' http://127.0.0.1:11500/api/generate`;
  const ask = 'wget -qO- http://127.0.0.1:11434/api/ps';
  const script = `${load} >&2; for i in 1 2 3 4 5 6 7 8; do (echo "$(${ask})") & done; wait`;
  const { stdout } = await docker('exec', name, 'sh', '-c', script);
  const onGpu = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).models[0].size_vram / MIB);
  expect(onGpu).toEqual(Array.from({ length: 8 }, () => NEED));
});

test('spreads a model evenly over its GPUs', async () => {
  const { run, loaded } = await start({ OLLAMA_SCHED_SPREAD: '1' });
  await run('llava:7b');
  expect(await loaded()).toEqual([{ model: 'llava:7b', size: NEED, onGpu: NEED }]);
  expect(await used()).toEqual([NEED / 2 + 1, NEED / 2 + 1]);
});

test('exits on an unknown Ollama variable', async () => {
  const env = ['--env', 'OLLAMA_GPU_LAYERS=99', engineEnv()['RMA_STANDIN_OLLAMA_GPU'] ?? ''];
  const { code, stderr } = await docker('run', '--rm', '--pull', 'never', ...env);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('OLLAMA_GPU_LAYERS is no variable'),
  });
});
