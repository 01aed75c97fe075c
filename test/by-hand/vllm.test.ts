import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/adapters/clock/system-clock.ts';
import { createEngineProbe } from '../../src/adapters/engine/engine-probe.ts';
import { shippedCatalog } from '../helpers/builders/shipped-catalog.ts';
import { type GoldenService, goldenServices } from '../helpers/golden/golden-services.ts';
import { judgeHome, judgeProgram } from '../helpers/judges/judges.ts';
import { runProcess } from '../helpers/process/run-process.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { testFetcher } from '../helpers/store/store-fixture.ts';
import { startHub } from '../hub/hub.ts';

const ENGINE = shippedCatalog().engines.get('vllm')!;
const REPO = 'tests/tiny-qwen2';
const NAME = 'tiny';
/** MiB for the cache of a model of two layers; the golden files reserve gigabytes of a GPU. */
const KV_BYTES = String(256 * 2 ** 20);
const MAX_START = 1_500_000;

/** Pulls the model from a hub into a store with rma. Returns its directory. */
async function pulled(root: string): Promise<string> {
  const made = judgeHome();
  const env = { PATH: process.env['PATH'] ?? '', HOME: made };
  await runProcess(judgeProgram('vllm', 'python'), [join(import.meta.dirname, 'tiny-qwen2.py'), made], env);
  const files = Object.fromEntries(
    readdirSync(made)
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, { content: readFileSync(join(made, name)), lfs: name.endsWith('.safetensors') }]),
  );
  const hub = await startHub({ repos: { [REPO]: { files } } });
  onTestFinished(() => hub.close());
  const fetcher = testFetcher(root, hub.endpoint);
  const [result] = await fetcher.fetch([await fetcher.resolve(`hf:${REPO}`)]);
  expect(result).toMatchObject({ state: 'present' });
  const snapshots = join(root, 'huggingface/hub', `models--${REPO.replace('/', '--')}`, 'snapshots');
  return join(snapshots, readdirSync(snapshots)[0] ?? '');
}

/**
 * Returns the command of a golden file for this model, on loopback. Without --enforce-eager and with the variable below,
 * vLLM would compile its code for the CPU, which needs the headers of Python.
 */
function commandFor(model: string, port: number, { command }: GoldenService): readonly string[] {
  const own: Readonly<Record<string, string>> = {
    '--served-model-name': NAME,
    '--host': '127.0.0.1',
    '--port': String(port),
    '--kv-cache-memory-bytes': KV_BYTES,
  };
  return [
    model,
    ...command.slice(1).map((item, index) => own[command[index] ?? ''] ?? item),
    '--enforce-eager',
  ];
}

/** Returns the environment of a golden file with the directories of this test. */
function environmentFor(
  store: string,
  cache: string,
  { environment }: GoldenService,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/^\/models(?=\/|$)/, store).replace(/^\/cache(?=\/|$)/, cache),
    ]),
  );
}

/** The first messages of exceptions in a log; later ones say that the server ends. */
function causes(log: string): string {
  const messages = log.split('\n').filter((line) => /\b\w+(Error|Exception): /.test(line));
  return [...messages.slice(0, 3), log.slice(-1_000)].join('\n');
}

/** Starts the server until the end of the test. Fails with the cause if it ends before that. */
async function serve(args: readonly string[], env: Readonly<Record<string, string>>, url: string) {
  const program = judgeProgram('vllm', 'vllm');
  const own = { PATH: `${dirname(program)}:${process.env['PATH']}`, TORCHDYNAMO_DISABLE: '1' };
  const child = spawn(program, ['serve', ...args], {
    env: { ...env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)));
  const ended = new Promise<never>((_, reject) => {
    child.on('close', (code) => reject(new Error(`vllm exited with ${code}:\n${causes(log)}`)));
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended.catch(() => undefined);
  });
  const healthy = vi.waitFor(async () => expect((await fetch(url + ENGINE.healthPath)).status).toBe(200), {
    timeout: MAX_START,
    interval: 500,
  });
  await Promise.race([healthy, ended]);
}

it('[case E08] vLLM of the pinned release answers from a store of rma, with the command and the environment of a golden file', async () => {
  const golden = goldenServices(`vllm/vllm-openai:v${ENGINE.release}`).find(({ command }) =>
    command.includes('--kv-cache-memory-bytes'),
  )!;
  const store = judgeHome();
  const cache = judgeHome();
  mkdirSync(join(cache, 'home'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await serve(commandFor(await pulled(store), port, golden), environmentFor(store, cache, golden), url);

  const body = JSON.stringify({ model: NAME, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 4 });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + ENGINE.chatPath, { method: 'POST', headers, body });
  expect(await answer.json()).toMatchObject({
    model: NAME,
    usage: { completion_tokens: expect.any(Number) },
  });
  const { healthPath, modelsPath, metricsPath, inFlightMetric } = ENGINE;
  const probe = createEngineProbe(systemClock, 30_000);
  const target = {
    service: 'gpu-worker-vllm',
    engine: 'vllm',
    url,
    endpoint: url,
    healthPath: healthPath ?? '',
    modelsPath,
    inFlight: { path: metricsPath ?? '', metric: inFlightMetric ?? '' },
    loaded: null,
    models: [{ ref: `hf:${REPO}`, name: NAME, kind: 'chat' as const }],
  };
  expect(await probe.probe(target, new AbortController().signal)).toBeNull();
  expect(await (await fetch(url + (metricsPath ?? ''))).text()).toContain(`${inFlightMetric}{`);
});
