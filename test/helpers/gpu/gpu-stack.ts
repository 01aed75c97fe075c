import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startHub } from '../../hub/hub.ts';
import { gpuModels, PRETENDED_NEEDS } from '../../standins/gpu-models.ts';
import type { GpuFolder, Offer } from '../../standins/gpus/gpu-folder.ts';
import { engineEnv } from '../stack/engine-env.ts';
import { runProgram } from '../stack/engine-script.ts';
import { hubHosts } from '../stack/hub-hosts.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import type { GpuBoxState } from './gpu-box/state.ts';
import { BOTH, machine } from './gpu-engine.ts';

export interface GpuStackOptions {
  readonly profiles: readonly string[];
  readonly offer?: Offer;
  /** more lines of rma.yaml */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The options and variables that a stand-in engine received. */
interface Given {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: readonly string[];
}

/** A project with stand-in engines on a machine with stand-in GPUs. */
export interface GpuStack extends Stack {
  readonly gpus: GpuFolder;
  /** names of the running services */
  readonly services: () => Promise<readonly string[]>;
  readonly given: (service: string) => Promise<Given>;
  /** the reservation in the labels of a container: UUIDs, and bytes on each */
  readonly promised: (
    service: string,
  ) => Promise<{ readonly gpus: readonly string[]; readonly bytes: number }>;
  /** MiB that a service uses, by GPU, as shown by `rma gpus` */
  readonly holds: (service: string) => Promise<Readonly<Record<string, number>>>;
  /** UUIDs of the GPUs visible in a running container */
  readonly sees: (service: string) => Promise<readonly string[]>;
}

export async function startGpuStack(state: GpuBoxState, options: GpuStackOptions): Promise<GpuStack> {
  const gpus = await machine(state, { ...BOTH, needs: PRETENDED_NEEDS, ...options.offer });
  const hub = await startHub({ ...gpuModels(), hosts: await hubHosts() });
  onTestFinished(() => hub.close());
  const env = engineEnv();
  const images = ['vllm', 'tei'].map((name) => `${name}=${env[`RMA_STANDIN_${name.toUpperCase()}`]}`);
  const stack = await startStack({
    sharedHub: hub,
    env: {
      PATH: `${gpus.box.path}:${env['PATH']}`,
      RMA_IMAGES: [env['RMA_IMAGES'], `ollama=${env['RMA_STANDIN_OLLAMA_GPU']}`, ...images].join(','),
      RMA_OLLAMA_ENDPOINT: hub.endpoint,
      ...options.env,
    },
  });
  await writeFile(join(stack.dir, 'rma.yaml'), configFile(stack, options));
  onTestFinished(async () => {
    const ids = Object.values(await stack.containers());
    if (ids.length > 0) await stack.docker('rm', '--force', '--volumes', ...ids);
    await stack.docker('volume', 'rm', '--force', `${stack.project}-cache`);
  });
  return {
    ...stack,
    gpus,
    services: async () => Object.keys(await stack.containers()).sort(),
    given: async (service) => {
      const lines = (await stack.logs(service)).split('\n').filter((line) => line.startsWith('{"given"'));
      return JSON.parse(lines.at(-1) ?? '{}') as Given;
    },
    promised: async (service) => {
      const format = '{{index .Config.Labels "rma.gpus"}};{{index .Config.Labels "rma.memory"}}';
      const said = await stack.docker('inspect', '--format', format, await stack.container(service));
      const [uuids = '', bytes] = said.split(';');
      return { gpus: uuids.split(' ').filter((uuid) => uuid !== ''), bytes: Number(bytes) };
    },
    holds: async (service) => used(gpus, await pidsOf(stack, service)),
    sees: async (service) => {
      const said = await stack.docker('exec', await stack.container(service), 'nvidia-smi', '-L');
      return [...said.matchAll(/UUID: ([^)]+)/g)].map(([, uuid]) => uuid ?? '');
    },
  };
}

/** Returns the host PIDs of a container. */
async function pidsOf(stack: Stack, service: string): Promise<readonly string[]> {
  const said = await stack.docker('top', await stack.container(service), '-o', 'pid');
  return said
    .split('\n')
    .slice(1)
    .map((pid) => pid.trim());
}

async function used({ box }: GpuFolder, pids: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const query = ['--query-compute-apps=pid,gpu_uuid,used_memory', '--format=csv,noheader,nounits'];
  const { stdout } = await runProgram(join(box.path, 'nvidia-smi'), query);
  const rows = stdout.split('\n').map((line) => line.split(', '));
  return Object.fromEntries(
    rows.flatMap(([pid = '', uuid = '', mib]) => (pids.includes(pid) ? [[uuid, Number(mib)]] : [])),
  );
}

function configFile(stack: Stack, { profiles, config = '' }: GpuStackOptions): string {
  return `project: ${stack.project}
profiles: [${profiles.join(', ')}]
volumes: { store: "named:${stack.volume}", cache: "named:${stack.project}-cache" }
coordinator: { port: ${stack.ports.coordinator} }
${config}`;
}
