import { describe, expect, it } from 'vitest';
import { KUBERNETES_CASES } from '../../golden/kubernetes/cases.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import type { Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { CPU, objectOf, objectsOf, podOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

describe('the Job', () => {
  it('[req D06 K8s] [req L03 K8s] [req L06 K8s] [req N10 K8s] [req N21 K8s] [req T19] downloads the models once, with limits that can be set', async () => {
    const { metadata, spec } = await objectOf(VLLM, 'Job');
    expect(metadata.name).toMatch(/^model-downloader-[0-9a-f]{10}$/);
    expect(spec).toMatchObject({
      backoffLimit: 6,
      activeDeadlineSeconds: 7200,
      ttlSecondsAfterFinished: 86_400,
    });
    expect(spec.template.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{ name: 'model-downloader' }],
    });
    const set = { backoffLimit: 1, deadlineSeconds: 600, ttlSeconds: 60 };
    expect((await objectOf(withSettings(VLLM, set), 'Job')).spec).toMatchObject({
      backoffLimit: 1,
      activeDeadlineSeconds: 600,
      ttlSecondsAfterFinished: 60,
    });
  });

  it('has another name with other models or another template, and only then', async () => {
    const name = async (each: ExportCase) => (await objectOf(each, 'Job')).metadata.name;
    const first = await name(VLLM);
    expect(await name(withSettings(VLLM, { replicas: { 'vllm-vllm': 1 } }))).toBe(first);
    expect(await name(withSettings(VLLM, { ttlSeconds: 60 }))).not.toBe(first);
    expect(await name({ ...VLLM, pinned: (model) => ({ ...model, commit: 'e'.repeat(40) }) })).not.toBe(
      first,
    );
  });

  it('[req L08 K8s] gets tokens from a Secret, and only it', async () => {
    const objects = await objectsOf(VLLM);
    const withToken = objects.filter((object) => JSON.stringify(object).includes('hub-tokens'));
    expect(withToken.map(({ kind }) => kind)).toEqual(['Job']);
    const { volumes, containers } = podOf(withToken[0]);
    expect(volumes.find(({ name }: Plain) => name === 'secrets').projected.sources).toEqual([
      { secret: { name: 'hub-tokens', optional: true, items: [{ key: 'HF_TOKEN', path: 'hf_token' }] } },
    ]);
    expect(containers[0].env).toContainEqual({ name: 'HF_TOKEN_PATH', value: '/run/secrets/hf_token' });
  });
});

describe('a changed model', () => {
  it('[req N18 K8s] changes only the Job, the ConfigMap of its worker and the pods that use it', async () => {
    const profiles = ['vllm', 'embedding', 'cpu-worker'];
    const each: ExportCase = { profiles, kubernetes: { gpuMemoryBytes: 24e9 } };
    const before = await objectsOf(each);
    const after = await objectsOf({
      ...each,
      pinned: (model) => (model.ref.includes('MiniLM') ? { ...model, revision: 'v2' } : model),
    });
    const texts = new Set(before.map((object) => JSON.stringify(object)));
    const changed = after.filter((object) => !texts.has(JSON.stringify(object)));
    expect(
      changed.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/[0-9a-f]{10}$/, 'HASH')}`),
    ).toEqual([
      'ConfigMap embedding-worker',
      'Job model-downloader-HASH',
      'Deployment embedding-tei',
      'Deployment embedding-worker',
    ]);
    const tei = changed.find(({ metadata }) => metadata.name === 'embedding-tei');
    const old = before.find(({ metadata }) => metadata.name === 'embedding-tei');
    const withoutHash = ({ spec }: Plain) => ({ ...spec, template: podOf({ spec }) });
    expect(withoutHash(tei)).toEqual(withoutHash(old));
  });
});

describe('a pod of an engine', () => {
  it('[req D13 K8s] [req L17 K8s] [req L21 K8s] [req N02 K8s] [req N22 K8s] waits for its models and mounts them read-only', async () => {
    const { initContainers, containers } = podOf(await objectOf(VLLM, 'Deployment', 'vllm-vllm'));
    expect(initContainers[0].command).toEqual(['rma-worker', 'wait', '--service', 'vllm-vllm']);
    for (const { volumeMounts } of [...initContainers, ...containers]) {
      expect(volumeMounts).toContainEqual({ name: 'model-storage', mountPath: '/models', readOnly: true });
    }
    const all = (await objectsOf(VLLM))
      .filter(({ kind }) => kind === 'Deployment')
      .flatMap((each) => podOf(each).containers);
    const writable = all.flatMap(({ volumeMounts = [] }: Plain) =>
      volumeMounts.filter(({ mountPath, readOnly }: Plain) => mountPath === '/models' && readOnly !== true),
    );
    expect(writable).toEqual([]);
  });

  it('requests whole GPUs for itself, on nodes whose GPUs are large enough', async () => {
    const deployment = await objectOf(
      withSettings(VLLM, { gpuProduct: 'NVIDIA-L4' }),
      'Deployment',
      'vllm-vllm',
    );
    const { containers, affinity } = podOf(deployment);
    expect(containers[0].resources).toEqual({
      requests: { memory: '8Gi', 'nvidia.com/gpu': 1 },
      limits: { memory: '12Gi', 'nvidia.com/gpu': 1 },
    });
    expect(affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms).toEqual([
      {
        matchExpressions: [
          { key: 'nvidia.com/gpu.product', operator: 'In', values: ['NVIDIA-L4'] },
          { key: 'nvidia.com/gpu.memory', operator: 'Gt', values: ['18204'] },
        ],
      },
    ]);
    expect(deployment.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('uses the number of pinned GPUs with tensor parallelism, and reports that they cannot be chosen', async () => {
    const each = KUBERNETES_CASES['two-gpus'] ?? CPU;
    const { containers, volumes } = podOf(await objectOf(each, 'Deployment', 'vllm-vllm'));
    expect(containers[0].resources.limits).toMatchObject({ 'nvidia.com/gpu': 2 });
    expect(containers[0].args.slice(-2)).toEqual(['--tensor-parallel-size', '2']);
    expect(volumes).toContainEqual({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } });
    expect((await exportOf(each)).notExported.map(({ what }) => what)).toContain('GPU pins (vllm: 0+1)');
  });

  it('uses MIG devices, whose memory is in their name', async () => {
    const { gpuBytes } = await exportOf(KUBERNETES_CASES['ocr'] ?? CPU);
    expect(gpuBytes).toBe(20e9);
    const { containers } = podOf(await objectOf(KUBERNETES_CASES['ocr'] ?? CPU, 'Deployment', 'ocr-ollama'));
    expect(containers[0].resources.limits).toMatchObject({ 'nvidia.com/mig-2g.20gb': 1 });
  });

  it('[req N20 K8s] has replicas, a pull policy and a limit on evictions', async () => {
    const each = withSettings(CPU, { replicas: { 'cpu-worker-llamacpp': 2 }, imagePullPolicy: 'Always' });
    const deployment = await objectOf(each, 'Deployment', 'cpu-worker-llamacpp');
    expect(deployment.spec.replicas).toBe(2);
    expect(podOf(deployment).containers[0].imagePullPolicy).toBe('Always');
    expect((await objectOf(each, 'PodDisruptionBudget')).spec.maxUnavailable).toBe(1);
    expect(await objectOf(CPU, 'PodDisruptionBudget')).toBeUndefined();
  });

  it('passes dollar signs as they are', async () => {
    const engine = engineOf('llm', { environment: { A: ['$', '(HOME) $$'].join(''), B: '$HOME' } });
    const catalog = catalogOf({ chat: [profileServiceOf({ flags: [['$', '(x)'].join('')] })] }, [engine]);
    const deployment = await objectOf({ profiles: ['chat'], catalog }, 'Deployment', 'chat-llm');
    const { env, args } = podOf(deployment).containers[0];
    expect(env).toContainEqual({ name: 'A', value: ['$$', '(HOME) $$$$'].join('') });
    expect(env).toContainEqual({ name: 'B', value: '$HOME' });
    expect(args.at(-1)).toBe(['$$', '(x)'].join(''));
  });
});
