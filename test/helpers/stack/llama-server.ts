import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';
import { configOf, fleetInputOf } from '../builders/render-builders.ts';
import { shippedCatalog } from '../builders/shipped-catalog.ts';
import { PATIENCE } from '../patience.ts';
import { engineEnv, llamaServerImage } from './engine-env.ts';
import { runProgram } from './engine-script.ts';
import { freePort } from './free-port.ts';

/** A real llama-server in a container, with the arguments and the memory limit that rma gives it. */
export interface LlamaServer {
  readonly chat: (prompt: string, tokens: number) => Promise<ChatAnswer>;
  /** the value of a metric */
  readonly metric: (name: string) => Promise<number>;
  /** how many requests it runs at once, and the context of each */
  readonly slots: () => Promise<{ readonly count: number; readonly context: number }>;
  /** what Docker reports of the container */
  readonly state: () => Promise<{ readonly running: boolean; readonly oomKilled: boolean }>;
}

export interface ChatAnswer {
  readonly status: number;
  readonly promptTokens: number | undefined;
  readonly tokens: number | undefined;
}

interface Props {
  readonly total_slots: number;
  readonly default_generation_settings: { readonly n_ctx: number };
}

/** Starts the server for a service of a profile: `context: 2048, memory: 2GiB`. Removed after the test. */
export async function startLlamaServer(service: string): Promise<LlamaServer> {
  const { args, memoryBytes } = renderedService(service);
  const image = llamaServerImage();
  const folder = await mkdtemp(join(tmpdir(), 'rma-llama-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'tiny.gguf'), tinyGguf());
  const port = await freePort();
  const limit = memoryBytes === null ? [] : ['--memory', String(memoryBytes)];
  const mount = ['--mount', `type=bind,source=${folder},target=/models,readonly`];
  const run = ['run', '--detach', '--pull', 'never', '--publish', `127.0.0.1:${port}:8080`];
  const id = await docker(...run, ...limit, ...mount, image, ...args);
  onTestFinished(async () => void (await docker('rm', '--force', '--volumes', id)));
  const url = `http://127.0.0.1:${port}`;
  // the first connection may be accepted before the server listens, and then never gets an answer
  const health = () => fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) });
  await vi.waitFor(async () => expect((await health()).status).toBe(200), PATIENCE);
  return {
    chat: (prompt, tokens) => chat(url, prompt, tokens),
    metric: async (name) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1],
      );
    },
    slots: async () => {
      const props = (await (await fetch(`${url}/props`)).json()) as Props;
      return { count: props.total_slots, context: props.default_generation_settings.n_ctx };
    },
    state: async () => {
      const said = await docker('inspect', '--format', '{{.State.Running}} {{.State.OOMKilled}}', id);
      const [running, oomKilled] = said.split(' ').map((word) => word === 'true');
      return { running: running === true, oomKilled: oomKilled === true };
    },
  };
}

/** Returns what rma renders for one service on the CPU, with the path of the tiny model. */
function renderedService(service: string) {
  const text = `description: Test\nservices:\n  - { engine: llamacpp, models: ["hf:test/tiny:tiny.gguf"], gpus: 0, ${service} }\n`;
  const selection = selectServices(shippedCatalog({ load: text }), ['load']);
  const { services } = buildFleet(fleetInputOf({ selection, config: configOf({ profiles: ['load'] }) }));
  const engine = services.find(({ role }) => role === 'engine');
  if (engine === undefined) throw new Error('no engine was rendered');
  return {
    args: engine.arguments.map((arg) => (arg.endsWith('/tiny.gguf') ? '/models/tiny.gguf' : arg)),
    memoryBytes: engine.resources.memoryLimitBytes,
  };
}

async function chat(url: string, prompt: string, tokens: number): Promise<ChatAnswer> {
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      messages: [{ role: 'user', content: prompt }],
      max_tokens: tokens,
      ignore_eos: true,
    }),
  });
  const { usage } = (await answer.json()) as {
    readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
  };
  return { status: answer.status, promptTokens: usage?.prompt_tokens, tokens: usage?.completion_tokens };
}

async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram('docker', args, engineEnv());
  if (code !== 0) throw new Error(`docker ${args.join(' ')} failed (${code}):\n${stdout}${stderr}`);
  return stdout.trim();
}
