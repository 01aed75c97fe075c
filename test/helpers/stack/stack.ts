import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import type { WorkerStatus } from '../../../src/core/domain/worker-status.ts';
import { type Hub, type HubOptions, startHub } from '../../hub/hub.ts';
import { quickstartRepos } from '../../hub/quickstart-repos.ts';
import { PATIENCE } from '../patience.ts';
import { listedModels, registeredStates } from './ask-coordinator.ts';
import { engineEnv } from './engine-env.ts';
import { CHECKOUT, runProgram, type ScriptResult } from './engine-script.ts';
import { type Followed, follow } from './follow.ts';
import { freePort } from './free-port.ts';
import { hubHosts } from './hub-hosts.ts';

export const REPO = 'Qwen/Qwen2.5-0.5B-Instruct-GGUF';
export const GGUF = 'qwen2.5-0.5b-instruct-q4_k_m.gguf';
export const MODEL = 'qwen2.5-0.5b-instruct';
export const WORKER = 'cpu-worker-worker';
export const ENGINE = 'cpu-worker-llamacpp';

/** Registers a cleanup for the end of the test or file. */
export type Finisher = (clean: () => Promise<void>) => void;

export interface StackOptions {
  readonly hub?: HubOptions;
  /** the volume of another stack, to share it */
  readonly volume?: string;
  /** a running hub; the caller closes it */
  readonly sharedHub?: Hub;
  readonly env?: Readonly<Record<string, string>>;
}

/** The output of `rma up --json`. */
export interface UpDocument {
  readonly changed: boolean;
  readonly operations: readonly { readonly kind: string; readonly [key: string]: unknown }[];
  readonly endpoints: readonly { readonly service: string; readonly url: string }[];
}

/** A project on the real engine with its own directory, names, ports and hub, run by the built rma. */
export interface Stack {
  readonly dir: string;
  readonly project: string;
  readonly volume: string;
  readonly hub: Hub;
  readonly ports: { readonly coordinator: number; readonly engine: number };
  /** the output of rma so far */
  readonly said: readonly string[];
  /** the environment of rma and docker */
  readonly env: NodeJS.ProcessEnv;
  readonly rma: (...args: readonly string[]) => Promise<ScriptResult>;
  /** runs `rma up --json …`, which must succeed */
  readonly up: (...args: readonly string[]) => Promise<UpDocument>;
  /** runs a docker command, which must succeed; returns its stdout */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  /** follows the output of a docker command, at most until the end of the test */
  readonly follow: (...args: readonly string[]) => Followed;
  /** follows the actions of the project's containers from now on: lines of `SERVICE: ACTION` */
  readonly events: () => Followed;
  /** container ids by service, including stopped ones */
  readonly containers: () => Promise<Readonly<Record<string, string>>>;
  readonly container: (service: string) => Promise<string>;
  /** the output of a container, including stderr; with `--follow` until it exits */
  readonly logs: (service: string, ...flags: readonly string[]) => Promise<string>;
  readonly logsOf: (id: string, ...flags: readonly string[]) => Promise<string>;
  /** the status of a worker; null while it is unavailable */
  readonly status: (service?: string) => Promise<WorkerStatus | null>;
  /** the models that the coordinator lists; null while it does not respond */
  readonly listed: () => Promise<readonly string[] | null>;
  /** sends a chat request to the published port of the engine */
  readonly chat: (body?: Readonly<Record<string, unknown>>) => Promise<Response>;
  /** runs a shell in a new container with the volume at /models; returns its stdout */
  readonly inVolume: (script: string) => Promise<string>;
  /** resolves when all workers are ready, also according to the coordinator */
  readonly ready: () => Promise<void>;
}

/** Creates the project without starting it. Everything is removed after the test. */
export async function startStack(
  options: StackOptions = {},
  finished: Finisher = onTestFinished,
): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'rma-e2e-'));
  const project = `rma-e2e-${randomUUID().slice(0, 8)}`;
  const volume = options.volume ?? `${project}-models`;
  const hub =
    options.sharedHub ??
    (await startHub({ repos: quickstartRepos(), hosts: await hubHosts(), ...options.hub }));
  const env: NodeJS.ProcessEnv = {
    ...engineEnv(NO_TOKENS),
    HF_HOME: join(dir, 'home'),
    HF_ENDPOINT: hub.endpoint,
    ...options.env,
  };
  const run = (...argv: readonly string[]) => runProgram('docker', argv, env);
  finished(async () => {
    await sweep(project, run);
    if (options.volume === undefined) await run('volume', 'rm', '--force', volume);
    if (options.sharedHub === undefined) await hub.close();
    await rm(dir, { recursive: true, force: true });
  });
  const ports = { coordinator: await freePort(), engine: await freePort() };
  await writeFile(join(dir, 'rma.yaml'), configFile(project, volume, ports));
  const said: string[] = [];
  const rma = async (...args: readonly string[]): Promise<ScriptResult> => {
    const result = await runProgram(
      process.execPath,
      [join(CHECKOUT, 'dist/cli/main.js'), '--dir', dir, ...args],
      env,
    );
    said.push(result.stdout, result.stderr);
    return result;
  };
  const docker = async (...args: readonly string[]) =>
    succeeded(`docker ${args.join(' ')}`, await run(...args));
  const start = (...args: readonly string[]) => follow({ args, env }, finished);
  const containers = async () => {
    const format = '{{.Label "rma.service"}} {{.ID}}';
    const lines = await docker(
      'ps',
      '--all',
      '--no-trunc',
      '--filter',
      `label=rma.project=${project}`,
      '--format',
      format,
    );
    return Object.fromEntries(lines.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ')])));
  };
  const container = async (service: string): Promise<string> => {
    const id = (await containers())[service];
    if (id === undefined) throw new Error(`${project} has no container of ${service}`);
    return id;
  };
  const logsOf = async (id: string, ...flags: readonly string[]) => {
    const { stdout, stderr } = await run('logs', ...flags, id);
    return stdout + stderr;
  };
  const status = async (service = WORKER) => {
    const { code, stdout } = await run('exec', await container(service), 'rma-worker', 'status', '--json');
    return code === 0 ? (JSON.parse(stdout) as WorkerStatus) : null;
  };
  return {
    dir,
    project,
    volume,
    hub,
    ports,
    said,
    env,
    rma,
    up: async (...args) => JSON.parse(succeeded('rma up', await rma('up', '--json', ...args))) as UpDocument,
    docker,
    follow: start,
    events: () => start(...eventsOf(project)),
    containers,
    container,
    logs: async (service, ...flags) => logsOf(await container(service), ...flags),
    logsOf,
    status,
    listed: async () => listedModels(ports.coordinator),
    chat: async (body = {}) =>
      fetch(`http://127.0.0.1:${ports.engine}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: MODEL,
          messages: [{ role: 'user', content: 'Hello' }],
          max_tokens: 8,
          ...body,
        }),
      }),
    inVolume: async (script) =>
      docker(
        'run',
        '--rm',
        '--pull',
        'never',
        '--user',
        '0:0',
        '--volume',
        `${volume}:/models`,
        env['RMA_WORKER_BASE'] ?? '',
        'sh',
        '-ec',
        script,
      ),
    ready: async () =>
      vi.waitFor(async () => {
        const workers = Object.keys(await containers()).filter((service) => service.endsWith('-worker'));
        const states = await Promise.all(workers.map(async (each) => (await status(each))?.state));
        const seen = { states, registered: await registeredStates(ports.coordinator) };
        const isReady = (all: readonly unknown[]) => all.every((state) => state === 'ready');
        const isWhole = workers.length > 0 && seen.registered.length === workers.length;
        if (isWhole && isReady(states) && isReady(seen.registered)) return;
        throw new Error(`not ready: ${JSON.stringify(seen)}`);
      }, PATIENCE),
  };
}

const eventsOf = (project: string): readonly string[] => {
  const format = '{{index .Actor.Attributes "rma.service"}}: {{.Action}}';
  const since = String(Date.now() / 1000);
  return ['events', '--since', since, '--filter', `label=rma.project=${project}`, '--format', format];
};

/** Hides the tokens of the user from the test hub. */
const NO_TOKENS = { HF_TOKEN: '', HF_TOKEN_PATH: '', RMA_TOKEN_FILE: '' };

async function sweep(
  project: string,
  run: (...argv: readonly string[]) => Promise<ScriptResult>,
): Promise<void> {
  for (const label of [
    `rma.project=${project}`,
    `rma.one-off=${project}`,
    `com.docker.compose.project=${project}`,
  ]) {
    const { stdout } = await run('ps', '--all', '--quiet', '--filter', `label=${label}`);
    const ids = stdout.split('\n').filter((id) => id !== '');
    if (ids.length > 0) await run('rm', '--force', ...ids);
  }
  await run('network', 'rm', `${project}_default`);
}

function succeeded(what: string, { code, stdout, stderr }: ScriptResult): string {
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout}${stderr}`);
  return stdout.trim();
}

function configFile(project: string, volume: string, ports: Stack['ports']): string {
  return `project: ${project}
profiles: [cpu-worker]
volumes: { store: "named:${volume}", cache: "named:${project}-cache" }
coordinator: { port: ${ports.coordinator} }
ports: { ${ENGINE}: ${ports.engine} }
`;
}
