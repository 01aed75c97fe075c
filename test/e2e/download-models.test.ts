import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineEnv } from '../helpers/stack/engine-env.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import { GGUF, REPO, startStack } from '../helpers/stack/stack.ts';
import { gpuModels } from '../standins/gpu-models.ts';

const REF = `hf:${REPO}:${GGUF}`;
/** All types but docling: rma contains hashes of its files, so that no test hub can serve them. */
const TYPES = [
  'cpu-worker',
  'embedding',
  'gguf',
  'gpu-worker',
  'gpu-worker-large',
  'ocr',
  'tokenizer',
  'vllm',
];

test('[case S10] [case S11] [req R41] [req R42] [req R43] [req R46] [req R47] [req R48] download-models.sh fills a volume on its own; a second run downloads nothing', async () => {
  const stack = await startStack({ hub: gpuModels() });
  const { hub, volume } = stack;
  await stack.rma('compose', 'render', '--output', join(stack.dir, 'rendered'));
  const image = await stack.docker(
    'images',
    '--filter',
    'reference=rma-worker',
    '--format',
    '{{.Repository}}:{{.Tag}}',
  );
  const endpoint = hub.endpoint.replace('127.0.0.1', 'host.docker.internal');
  const download = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    runProgram(
      'docker',
      [
        'run',
        '--rm',
        '--pull',
        'never',
        '--volume',
        `${volume}:/models`,
        '--add-host',
        'host.docker.internal:host-gateway',
        ...Object.entries({
          HF_ENDPOINT: endpoint,
          RMA_OLLAMA_ENDPOINT: endpoint,
          ...env,
        }).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
        image.split('\n')[0] ?? '',
        'download-models.sh',
        ...args,
      ],
      engineEnv(),
    );

  const first = await download({ LOG_FILE: '/models/download.log' }, 'cpu-worker');
  expect(first).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(`Downloading ${REF}`) });
  expect(await stack.inVolume('cat /models/download.log')).toBe(first.stdout.trim());
  expect(hub.log.contentRequests()).not.toHaveLength(0);

  // an optional model that does not exist is skipped, with the profile that uses it
  const all = await download({}, ...TYPES);
  expect(all).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/WARN .*llava-next:34b.*used by profiles gpu-worker-large, ocr/),
  });
  expect(all.stdout).toContain('Downloading hf:mistralai/Mistral-7B-Instruct-v0.2');

  hub.log.clear();
  const again = await download({}, '--strict', ...TYPES);
  expect(again).toMatchObject({
    code: 8,
    stdout: expect.stringMatching(/\[download\] Summary: .*\b0 downloaded.*\b1 failed/),
  });
  expect(again.stdout).not.toContain('Downloading');
  expect(hub.log.contentRequests()).toEqual([]);

  const byEnv = await download({ WORKER_TYPE: 'cpu-worker', LOG_LEVEL: 'ERROR' });
  expect(byEnv).toMatchObject({ code: 0, stdout: '', stderr: '' });

  const unknown = await download({}, 'toaster');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(
      /"toaster"[\s\S]*usage: download-models\.sh \[cpu-worker\|docling\|embedding\|gguf\|gpu-worker\|gpu-worker-large\|ocr\|tokenizer\|vllm\|all\]\.\.\./,
    ),
  });

  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
  const inImage = (name: string) =>
    [
      'run',
      '--rm',
      '--network',
      'none',
      '--volume',
      `${volume}:/models:ro`,
      name,
      'rma-fetch',
      '--check',
    ] as const;
  for (const name of [`rma-worker:${version}`, 'rma-worker:latest']) {
    const checked = await runProgram(
      'docker',
      [...inImage(name), 'cpu-worker', '--then', 'sh', '-c', 'echo PID $$'],
      engineEnv(),
    );
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringMatching(/PID 1\n$/) });
  }

  const unwritable = await download({ LOG_FILE: '/nowhere/x.log' }, 'cpu-worker');
  expect(unwritable).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/WARN .*cannot write LOG_FILE \/nowhere\/x\.log/),
  });
});
