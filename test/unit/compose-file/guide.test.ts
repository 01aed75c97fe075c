import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { VolumeSpec } from '../../../src/core/domain/config.ts';
import { choosePorts } from '../../../src/core/fleet/choose-ports.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import { GPUS, GUIDE_CASES } from '../../golden/guide-cases.ts';
import { stackOf } from '../../helpers/builders/stack-of.ts';

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
  readonly labels: Readonly<Record<string, string>>;
  readonly shm_size?: string;
  readonly healthcheck: { readonly start_period: string };
  readonly deploy?: { readonly resources: Readonly<Record<string, unknown>> };
}

interface File {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

const inputOf = (name: string): FleetInput => {
  const found = GUIDE_CASES.find((each) => each.name === `guide-${name}`);
  if (found === undefined) throw new Error(`no set-up ${name}`);
  return found.input();
};
const fileOf = (name: string): File => parse(stackOf(inputOf(name)).text) as File;
const serviceOf = (name: string, service: string): Service => {
  const found = fileOf(name).services[service];
  if (found === undefined) throw new Error(`no service ${service}`);
  return found;
};
const gpus = (...indices: number[]) => [
  {
    driver: 'nvidia',
    device_ids: indices.map((index) => GPUS[index]?.uuid),
    capabilities: ['gpu', 'compute', 'utility'],
  },
];

describe('the setups of the guide', () => {
  it('[req R60] development: a named volume, and a GPU by UUID instead of a count', () => {
    const { volumes } = fileOf('development');
    expect(volumes).toEqual({ store: { name: 'model_cache' }, cache: { name: 'rma-cache' } });
    const vllm = serviceOf('development', 'vllm-vllm');
    expect(vllm.deploy).toEqual({ resources: { reservations: { devices: gpus(0) } } });
    expect(vllm.environment).toMatchObject({
      HF_HOME: '/models/huggingface',
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    });
  });

  it('[req R61] production: three services share one host directory, read-only for engines', () => {
    const { services, volumes } = fileOf('production');
    expect(volumes).toEqual({ cache: { name: 'rma-cache' } });
    for (const name of ['vllm-vllm', 'embedding-tei', 'gpu-worker-ollama']) {
      expect(services[name]?.volumes[0]).toEqual({
        type: 'bind',
        source: '/data/ai-models',
        target: '/models',
        read_only: true,
        bind: { create_host_path: false },
      });
    }
    expect(services['embedding-tei']?.image).toBe('ghcr.io/huggingface/text-embeddings-inference:89-1.9.3');
    expect(services['gpu-worker-ollama']?.environment).toMatchObject({
      OLLAMA_MODELS: '/models/ollama',
      OLLAMA_MAX_LOADED_MODELS: '2',
      OLLAMA_HOST: '0.0.0.0:11434',
    });
  });

  it('[req R62] two GPUs: the LLM on the first, OCR on the second with its limits', () => {
    expect(serviceOf('two-gpus', 'vllm-vllm').deploy).toEqual({
      resources: { reservations: { devices: gpus(0) } },
    });
    expect(serviceOf('two-gpus', 'ocr-ollama').deploy).toEqual({
      resources: { limits: { memory: '12g' }, reservations: { memory: '6g', devices: gpus(1) } },
    });
  });

  it('[req R63] hybrid: the CPU worker has no GPU and uses the CPU image', () => {
    const cpu = serviceOf('hybrid', 'cpu-worker-llamacpp');
    expect(cpu.deploy).toBeUndefined();
    expect(cpu.environment['NVIDIA_VISIBLE_DEVICES']).toBe('void');
    expect(cpu.image).toMatch(/llama\.cpp:server-b\d+$/);
    expect(cpu.command).not.toContain('--n-gpu-layers');
    expect(cpu.labels).not.toHaveProperty('rma.gpus');
  });

  it.each(GUIDE_CASES)('[req R64] down and up again: $name is byte for byte the same', ({ input }) => {
    const first = input();
    const { config, selection, ports } = first;
    const again = choosePorts({ selection, config, taken: new Set(), kept: ports });
    expect(stackOf({ ...input(), ports: again }).text).toBe(stackOf(first).text);
  });

  it('[req R21] a single GPU: 12 GiB limit, 8 GiB reservation', () => {
    expect(serviceOf('single-gpu', 'vllm-vllm').deploy).toEqual({
      resources: { limits: { memory: '12g' }, reservations: { memory: '8g', devices: gpus(0) } },
    });
  });

  it('[req R23] tensor parallel on its GPUs, with shared memory', () => {
    const vllm = serviceOf('multi-gpu', 'vllm-vllm');
    expect(vllm.command.slice(-2)).toEqual(['--tensor-parallel-size', '2']);
    expect(vllm.shm_size).toBe('8g');
    expect(vllm.deploy?.resources['reservations']).toEqual({ devices: gpus(0, 1) });
  });

  it('[req R22] the OCR service has its own GPU, and no GPU is requested by count', () => {
    expect(serviceOf('multi-gpu', 'ocr-ollama').deploy?.resources['reservations']).toEqual({
      devices: gpus(2),
    });
    for (const { input } of GUIDE_CASES) expect(stackOf(input()).text).not.toMatch(/^\s*count:/m);
  });

  it('[req R25] a share of the GPU: with a cache size if shared, without if exclusive', () => {
    const shared = serviceOf('development', 'vllm-vllm').command;
    expect(shared.slice(-4)).toEqual([
      '--gpu-memory-utilization',
      '0.81', // 19.5 of 24 GiB
      '--kv-cache-memory-bytes',
      String(4 * 2 ** 30),
    ]);
    const alone = serviceOf('multi-gpu', 'vllm-vllm').command;
    expect(alone).toEqual(expect.arrayContaining(['--gpu-memory-utilization', '0.90'])); // 21.5 of 24 GiB
    expect(alone).not.toContain('--kv-cache-memory-bytes');
  });

  it('[req R24] labels each container with its reservation', () => {
    expect(serviceOf('multi-gpu', 'vllm-vllm').labels).toMatchObject({
      'rma.gpus': `${GPUS[0]?.uuid} ${GPUS[1]?.uuid}`,
      'rma.memory': String(21.5 * 2 ** 30),
      'rma.variant': 'default',
    });
  });

  it('[req R12] NFS: a hard mount, and a cache directory used by its owner', () => {
    expect(fileOf('nfs').volumes).toEqual({
      store: {
        name: expect.stringMatching(/^rma-models-nfs-[0-9a-f]{8}$/) as string,
        driver: 'local',
        driver_opts: {
          type: 'nfs',
          o: 'addr=192.168.1.100,rw,nfsvers=4.2,hard,noatime,timeo=600,retrans=2',
          device: ':/exports/ai-models',
        },
      },
    });
    expect(serviceOf('nfs', 'vllm-vllm').user).toBe('1000:1000');
    expect(serviceOf('development', 'vllm-vllm').user).toBeUndefined();
  });

  it('[req L18] [req L20] vLLM loads the snapshot by its path and serves it under the name of the repository', () => {
    const { command } = serviceOf('development', 'vllm-vllm');
    expect(command[0]).toMatch(/^\/models\/huggingface\/hub\/models--[^/]+\/snapshots\/[0-9a-f]{40}$/);
    expect(command[command.indexOf('--served-model-name') + 1]).toBe('mistralai/Mistral-7B-Instruct-v0.2');
  });

  it('[req R04] no second cache next to the store', () => {
    for (const { input } of GUIDE_CASES) {
      expect(stackOf(input()).text).not.toMatch(/--download-dir|TRANSFORMERS_CACHE/);
    }
  });
});

describe('the start period', () => {
  it('grows with the weights, from 30 minutes', () => {
    const [ref] = inputOf('development').selection.refs;
    const periodFor = (bytes: number) => {
      const input = inputOf('development');
      const model = input.pinned.get(ref ?? '');
      if (model === undefined) throw new Error('no model');
      const files = [{ path: 'model.safetensors', bytes, digest: null }];
      const text = stackOf({ ...input, pinned: new Map([[ref ?? '', { ...model, files }]]) }).text;
      return (parse(text) as File).services['vllm-vllm']?.healthcheck.start_period;
    };
    expect(periodFor(14e9)).toBe('30m');
    expect(periodFor(140e9)).toBe('127m');
  });
});

describe('another location of the models', () => {
  it('[req R14] changes only the store mount of an engine', () => {
    const engineOf = (store: VolumeSpec) => {
      const input = inputOf('development');
      const config = { ...input.config, volumes: { ...input.config.volumes, store } };
      const { services } = parse(stackOf({ ...input, config }).text) as File;
      const [, service] = Object.entries(services).find(([name]) => name.endsWith('-vllm')) ?? [];
      if (service === undefined) throw new Error('no engine');
      const { volumes, labels: _, ...rest } = service;
      return { store: volumes.find(({ target }) => target === '/models'), rest };
    };
    const named = engineOf({ type: 'named', name: 'rma-models' });
    const host = engineOf({ type: 'host', path: '/data/ai-models' });
    expect(host.rest).toEqual(named.rest);
    expect(named.store).toMatchObject({ type: 'volume', read_only: true });
    expect(host.store).toMatchObject({ type: 'bind', source: '/data/ai-models', read_only: true });
  });
});
