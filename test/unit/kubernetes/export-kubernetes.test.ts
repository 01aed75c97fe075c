import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestFiles } from '../../../src/core/kubernetes/write-manifests.ts';
import { KUBERNETES_CASES } from '../../golden/kubernetes/cases.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults } from '../../helpers/kubernetes/manifest-faults.ts';
import { CPU, objectsOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

describe('the objects of an export', () => {
  it.each(Object.keys(KUBERNETES_CASES))('of %s have no fault, and all pods are restricted', async (name) => {
    expect(manifestFaults(await objectsOf(KUBERNETES_CASES[name] ?? CPU))).toEqual([]);
  });

  it('have no fault, whatever the profiles and settings', async () => {
    const profiles = fc.subarray(['vllm', 'gpu-worker', 'embedding', 'cpu-worker', 'ocr'], { minLength: 1 });
    const settings = fc.record({
      gpuMemoryBytes: fc.constantFrom(48e9, 80e9),
      namespace: fc.constantFrom(null, 'models'),
      existingClaim: fc.constantFrom(null, 'claim'),
      imagePullSecret: fc.constantFrom(null, 'login'),
      ttlSeconds: fc.integer({ min: 1, max: 100_000 }),
    });
    await fc.assert(
      fc.asyncProperty(profiles, settings, fc.boolean(), async (names, kubernetes, external) => {
        const coordinator = { port: 7700, url: external ? 'http://box:7700' : null, tokenFile: null };
        const objects = await objectsOf({ profiles: names, kubernetes, config: { coordinator } });
        expect(manifestFaults(objects)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('need neither a GPU nor Docker of this machine, but the memory of the GPUs of the nodes', async () => {
    await expect(exportOf({ profiles: ['vllm'] })).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_GPU_MEMORY',
      message: 'vllm needs a GPU: the memory of the GPUs of the nodes is not set',
    });
    const pods = await objectsOf({ profiles: ['embedding'] });
    expect(JSON.stringify(pods)).not.toContain('nvidia.com/gpu');
  });
});

describe('bad input', () => {
  const rejects = (each: ExportCase, error: object) => expect(exportOf(each)).rejects.toMatchObject(error);

  it('is reported with the way out', async () => {
    await rejects(withSettings(CPU, { replicas: { 'cpu-worker-llamacp': 2 } }), {
      code: 'RMA_KUBERNETES_SERVICE',
      message: expect.stringContaining('did you mean "cpu-worker-llamacpp"?'),
    });
    await rejects(
      { ...CPU, config: { owner: { uid: 0, gid: 0 } } },
      { code: 'RMA_KUBERNETES_OWNER', exitCode: 2 },
    );
    await rejects(
      { ...CPU, config: { project: `${'x'.repeat(70)}` } },
      { code: 'RMA_KUBERNETES_NAME', exitCode: 2 },
    );
    const catalog = catalogOf({ '4bit': [profileServiceOf()] });
    await rejects({ profiles: ['4bit'], catalog }, { code: 'RMA_KUBERNETES_NAME' });
    await rejects(withSettings(VLLM, { gpuMemoryBytes: 4e9 }), {
      code: 'RMA_GPU_NO_FIT',
      exitCode: 5,
      message:
        'on nodes whose GPUs have 3.7 GiB (kubernetes.gpu_memory), profile vllm does not fit: vllm-vllm: GPU 0 has 3.7 GiB in total, but profile vllm requires 7.5 GiB',
      hint: 'if nodes have larger GPUs, set their memory: --gpu-memory 24GB; or use another profile or variant',
    });
  });

  it('rejects a list of files that no ConfigMap can hold', async () => {
    const file = (index: number) => ({ path: `${index}`.padStart(80, 'x'), bytes: 1, digest: null });
    const files = Array.from({ length: 10_000 }, (_, index) => file(index));
    await rejects(
      { ...VLLM, pinned: (model) => ({ ...model, files }) },
      { code: 'RMA_KUBERNETES_CONFIG_SIZE' },
    );
  });
});

const EXTRA = { source: { type: 'host', path: '/srv/data' }, path: '/data', readOnly: true } as const;

describe('what Kubernetes cannot express', () => {
  it('is reported, with what applies instead', async () => {
    const { notExported } = await exportOf({
      ...VLLM,
      config: {
        ports: { 'vllm-vllm': 9000 },
        bind: '0.0.0.0',
        gpu: { use: 'required', minBytes: null, visible: ['1'], reserveBytes: 0, pins: {} },
        hub: { endpoints: { hf: 'http://127.0.0.1:8899' }, tokenFile: null },
        volumes: { store: { type: 'named', name: 'm' }, cache: { type: 'host', path: '/data/cache' } },
      },
      environment: { https_proxy: 'http://proxy:3128' },
    });
    expect(notExported.map(({ what }) => what)).toEqual([
      'volumes.cache is at /data/cache',
      'published ports of vllm-vllm',
      'published address 0.0.0.0',
      'gpu.visible (1)',
      'HF_ENDPOINT: an address of this machine, which pods cannot reach',
      'HTTPS_PROXY of this shell',
      'ulimits (stack) of vllm-vllm',
    ]);
    expect((await exportOf(CPU)).notExported).toEqual([]);
    const named = profileServiceOf({ gpus: ['0', 'GPU-5f1c'], extraVolumes: [EXTRA] });
    const catalog = catalogOf({ chat: [named] }, [engineOf('llm', { gpu: 'optional' })]);
    const each = { profiles: ['chat'], kubernetes: { gpuMemoryBytes: 24e9 }, catalog };
    const [mounts, gpus] = (await exportOf(each)).notExported;
    expect(mounts?.what).toBe('extra_volumes of chat-llm (/data)');
    expect(gpus?.what).toBe('GPUs in the files of chat');
  });
});

describe('the files', () => {
  it('[req L09 K8s] are one for each kind, and a kustomization that shows how to apply them', async () => {
    const { manifests, origin } = await exportOf(CPU);
    const files = manifestFiles(manifests, origin);
    expect([...files.keys()]).toEqual([
      'kustomization.yaml',
      'namespace.yaml',
      'persistentvolumeclaim.yaml',
      'configmap.yaml',
      'job.yaml',
      'deployment.yaml',
      'service.yaml',
      'networkpolicy.yaml',
    ]);
    const text = files.get('kustomization.yaml') ?? '';
    expect(text).toContain('kubectl wait --namespace demo --for condition=complete job');
    expect(text).toContain('kubectl create secret generic rma-secrets --namespace demo');
  });
});
