import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHAPES } from '../helpers/gpu/gpu-box/shapes.ts';
import { type GpuStack, startGpuStack } from '../helpers/gpu/gpu-stack.ts';
import { engineEnv } from '../helpers/stack/engine-env.ts';

const [FIRST, SECOND] = SHAPES['2x24'].gpus.map(({ uuid }) => uuid);

/** Adds a custom profile with one service to the project. */
async function ownProfile({ dir }: GpuStack, name: string, service: string): Promise<void> {
  await mkdir(join(dir, 'profiles'), { recursive: true });
  const text = `description: A test\nservices:\n  - { ${service} }\n`;
  await writeFile(join(dir, 'profiles', `${name}.yaml`), text);
}

test('[req R23] vllm runs tensor parallel over two GPUs and sees both', async () => {
  const stack = await startGpuStack({ shape: '2x24' }, { profiles: ['vllm'] });
  await ownProfile(stack, 'vllm', 'engine: vllm, models: [mistral-7b-instruct], gpus: 2');
  await stack.up();
  expect(await stack.sees('vllm-vllm')).toEqual([FIRST, SECOND]);
  const { args } = await stack.given('vllm-vllm');
  expect(args.join(' ')).toContain('--tensor-parallel-size 2');
  expect(Object.keys(await stack.holds('vllm-vllm')).sort()).toEqual([FIRST, SECOND].sort());
  await stack.ready();
  expect((await stack.up()).changed).toBe(false);
});

test('ocr and embedding share one GPU', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['ocr', 'embedding'] });
  await stack.up();
  expect(await stack.sees('ocr-ollama')).toEqual([FIRST]);
  expect(await stack.sees('embedding-tei')).toEqual([FIRST]);
  await stack.ready();
  expect(await stack.listed()).toEqual(expect.arrayContaining(['sentence-transformers/all-MiniLM-L6-v2']));
  expect((await stack.up()).changed).toBe(false);
});

test('[req R29] cpu-worker next to gpu-worker sees no GPU', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['gpu-worker', 'cpu-worker'] });
  await stack.up();
  const container = await stack.container('cpu-worker-llamacpp');
  const format = '{{json .HostConfig.DeviceRequests}} {{json .Config.Env}}';
  expect(await stack.docker('inspect', '--format', format, container)).toMatch(
    /^(null|\[\]) .*"NVIDIA_VISIBLE_DEVICES=void"/,
  );
  expect(await stack.sees('gpu-worker-vllm')).toEqual([FIRST]);
});

test('profiles can be added one by one, and removed', async () => {
  const stack = await startGpuStack({ shape: '1x24' }, { profiles: ['embedding'] });
  await stack.up();
  const before = await stack.container('embedding-tei');
  await stack.up('--profile', 'ocr');
  expect(await stack.container('embedding-tei')).toBe(before);
  expect(await stack.services()).toEqual(expect.arrayContaining(['embedding-tei', 'ocr-ollama']));

  expect(await stack.rma('down', '--profile', 'ocr', '--yes')).toMatchObject({ code: 0 });
  expect(await stack.services()).not.toContain('ocr-ollama');
  expect(await stack.container('embedding-tei')).toBe(before);
});

test('a real Ollama on the CPU serves its model from a read-only store', async () => {
  const image = engineEnv()['RMA_STANDIN_OLLAMA'] ?? '';
  const stack = await startGpuStack(
    { shape: 'none-installed' },
    {
      profiles: ['cpu-worker'],
      config: 'variants: { cpu-worker: ollama }\n',
      env: { RMA_IMAGES: `ollama=${image}` },
    },
  );
  const { endpoints } = await stack.up();
  await stack.ready();
  expect(await stack.listed()).toEqual(['llama3.2:latest']);
  const container = await stack.container('cpu-worker-ollama');
  expect(await stack.docker('exec', container, 'ollama', 'list')).toContain('llama3.2:latest');
  expect(await stack.docker('exec', container, 'ollama', 'show', 'llama3.2')).toContain('llama');
  const write = await stack.docker('exec', container, 'sh', '-c', 'touch /models/ollama/x 2>&1 || true');
  expect(write).toContain('Read-only file system');

  const url = endpoints.find(({ service }) => service === 'cpu-worker-ollama')?.url ?? '';
  const body = JSON.stringify({ model: 'llama3.2', prompt: 'Hello', stream: false });
  const answer = await fetch(new URL('/api/generate', url), { method: 'POST', body });
  expect(await answer.json()).toMatchObject({ done: true, model: 'llama3.2' });
});
