import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startHub } from '../hub/hub.ts';
import { gpuModels, REAL_NEEDS } from '../standins/gpu-models.ts';
import type { GpuFolder, Offer } from '../standins/gpus/gpu-folder.ts';
import { engineEnv } from './engine-env.ts';
import type { GpuBoxState } from './gpu-box/state.ts';
import { BOTH, machine } from './gpu-engine.ts';
import { hubHosts, type Stack, startStack } from './stack.ts';

export interface GpuStackOptions {
  readonly profiles: readonly string[];
  readonly offer?: Offer;
  /** more lines of rma.yaml */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a stand-in of an engine said that it was given. */
interface Given {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly gpus: readonly string[];
}

/** A project on a machine with stand-in GPUs, its engines the stand-ins. */
export interface GpuStack extends Stack {
  readonly gpus: GpuFolder;
  /** names of the services that run */
  readonly services: () => Promise<readonly string[]>;
  readonly given: (service: string) => Promise<Given>;
  /** UUIDs of the GPUs that a running container really sees */
  readonly sees: (service: string) => Promise<readonly string[]>;
}

export async function startGpuStack(state: GpuBoxState, options: GpuStackOptions): Promise<GpuStack> {
  const gpus = await machine(state, { ...BOTH, needs: REAL_NEEDS, ...options.offer });
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
    sees: async (service) => {
      const said = await stack.docker('exec', await stack.container(service), 'nvidia-smi', '-L');
      return [...said.matchAll(/UUID: ([^)]+)/g)].map(([, uuid]) => uuid ?? '');
    },
  };
}

function configFile(stack: Stack, { profiles, config = '' }: GpuStackOptions): string {
  return `project: ${stack.project}
profiles: [${profiles.join(', ')}]
volumes: { store: "named:${stack.volume}", cache: "named:${stack.project}-cache" }
coordinator: { port: ${stack.ports.coordinator} }
${config}`;
}
