import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestFiles } from '../../../src/core/kubernetes/write-manifests.ts';
import { buildCatalog } from '../../../src/core/profile/build-catalog.ts';
import { KSERVE_CASES } from '../../golden/kserve/cases.ts';
import { configOf } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog, shippedFiles } from '../../helpers/builders/shipped-catalog.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults, type Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { objectOf, objectsOf, podOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';
import { schemaFaults } from '../../helpers/kubernetes/schema-faults.ts';

const FOLDER = join(import.meta.dirname, '../../golden/kserve');
const SCHEMAS: Plain = parse(readFileSync(join(FOLDER, 'schemas.yaml'), 'utf8'));
const KSERVE: ExportCase = { ...VLLM, format: 'kserve' };
const CACHED = withSettings({ ...KSERVE, nodeGroup: 'workers' }, { strategy: 'init' });
const MODEL = 'hf:mistralai/Mistral-7B-Instruct-v0.2';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Returns a case with profiles that run vLLM with one model, each with flags of its own. */
function withModel(each: ExportCase, model: string, profiles: readonly string[] = ['chat']): ExportCase {
  const texts = profiles.map((name, seed) => [
    name,
    `description: d\nservices: [{ engine: vllm, models: ['${model}'], flags: ['--seed', '${seed}'] }]`,
  ]);
  const catalog = shippedCatalog(Object.fromEntries(texts));
  return { ...withSettings(each, { gpuMemoryBytes: 80e9 }), profiles, catalog };
}

async function predictorOf(each: ExportCase): Promise<Plain> {
  return (await objectOf(each, 'InferenceService')).spec.predictor;
}

/** Returns the Deployment that KServe creates: the volume and mount of a claim are those of its pod webhook. */
async function deployedBy(each: ExportCase): Promise<Plain> {
  const { metadata, spec } = await objectOf(each, 'InferenceService');
  const { minReplicas, maxReplicas: _, deploymentStrategy, labels, annotations, ...pod } = spec.predictor;
  const app = `isvc.${metadata.name}-predictor`;
  const [container] = pod.containers;
  const [, claimName = ''] =
    /^pvc:\/\/([^/]+)$/.exec(container.env.find(({ name }: Plain) => name === 'STORAGE_URI').value) ?? [];
  const name = 'kserve-pvc-source';
  const claim = { name, persistentVolumeClaim: { claimName } };
  const volumes = pod.volumes.some((volume: Plain) => volume.name === name)
    ? pod.volumes
    : [...pod.volumes, claim];
  const mount = { name, mountPath: '/mnt/models', readOnly: true };
  const containers = [{ ...container, volumeMounts: [...container.volumeMounts, mount] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, name: `${metadata.name}-predictor` },
    spec: {
      replicas: minReplicas,
      strategy: deploymentStrategy,
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { ...labels, app }, annotations },
        spec: { ...pod, containers, volumes },
      },
    },
  };
}

describe('the export for KServe', () => {
  it.each(Object.entries(KSERVE_CASES))('of %s is that of the golden file', async (name, each) => {
    const { manifests, origin } = await exportOf(each);
    const files = manifestFiles(manifests, { ...origin, version: '1.2.3' });
    const shown = ['kustomization.yaml', 'localmodelcache.yaml', 'inferenceservice.yaml'];
    const text = shown.flatMap((file) => files.get(file) ?? []).join('---\n');
    await expect(text).toMatchFileSnapshot(join(FOLDER, `${name}.yaml`));
  });

  it.each(Object.entries(KSERVE_CASES))(
    'of %s follows the schemas of KServe, strictly',
    async (_name, each) => {
      const objects = (await objectsOf(each)).filter(({ apiVersion }) => apiVersion.startsWith('serving.'));
      expect(objects.flatMap(({ kind, spec }) => schemaFaults(spec, SCHEMAS[kind]))).toEqual([]);
      expect(objects.length).toBeGreaterThan(0);
    },
  );

  it('would be rejected with a misspelt, missing or wrong field', async () => {
    const { spec } = await objectOf(KSERVE, 'InferenceService');
    const [{ name: _, ...container }] = spec.predictor.containers;
    const wrong = { ...spec.predictor, minReplica: 1, maxReplicas: '1', containers: [container] };
    expect(schemaFaults({ predictor: wrong }, SCHEMAS.InferenceService)).toEqual([
      'spec.predictor.maxReplicas: string instead of integer',
      'spec.predictor.containers[0]: no name',
      'spec.predictor: unknown field minReplica',
    ]);
  });

  it('has what fills the claim and an InferenceService, and reports services without vLLM', async () => {
    const { manifests, notExported } = await exportOf({ ...KSERVE, profiles: ['vllm', 'embedding'] });
    const kinds = [...new Set(manifests.map(({ object }) => object.kind))];
    expect(kinds).toEqual(['Namespace', 'PersistentVolumeClaim', 'ConfigMap', 'Job', 'InferenceService']);
    expect(notExported).toContainEqual({ what: 'embedding-tei', instead: '--format kserve is for vLLM' });
  });

  it.each(['claim', 'two-gpus'])('of %s gives pods without a fault, restricted', async (name) => {
    const each = KSERVE_CASES[name];
    if (each === undefined) throw new Error('no case');
    const others = (await objectsOf(each)).filter(({ kind }) => kind !== 'InferenceService');
    expect(manifestFaults([...others, await deployedBy(each)])).toEqual([]);
  });

  it('runs vLLM as the manifests of rma do, with the models where KServe mounts the claim', async () => {
    const each = KSERVE_CASES['two-gpus'];
    if (each === undefined) throw new Error('no case');
    const own = podOf(await objectOf({ ...each, format: 'manifests' }, 'Deployment', 'vllm-vllm'));
    const pod = podOf(await deployedBy(each));
    const [ours, theirs] = [own.containers[0], pod.containers[0]];
    for (const field of ['image', 'startupProbe', 'livenessProbe', 'securityContext', 'ports'])
      expect(theirs[field]).toEqual(ours[field]);
    for (const field of ['securityContext', 'affinity', 'tolerations', 'imagePullSecrets'])
      expect(pod[field]).toEqual(own[field]);
    const moved = (text: string) => text.replace(/^\/models(?=\/)/, '/mnt/models');
    expect(theirs.args).toEqual(ours.args.map(moved));
    expect(theirs.args[0]).toBe(
      `/mnt/models/huggingface/hub/models--mistralai--Mistral-7B-Instruct-v0.2/snapshots/${COMMIT}`,
    );
    expect(theirs.env).toContainEqual({ name: 'HF_HOME', value: '/mnt/models/huggingface' });
  });

  it('sets all limits and requests, for which KServe has defaults: 1 CPU would be too little', async () => {
    const { resources } = (await predictorOf(KSERVE)).containers[0];
    expect(resources).toEqual({
      requests: { cpu: '1m', memory: '8Gi', 'nvidia.com/gpu': 1 },
      limits: { cpu: '1k', memory: '12Gi', 'nvidia.com/gpu': 1 },
    });
  });

  it('mounts the whole claim: the links of a hub cache point to files next to the snapshot', async () => {
    const { containers, volumes, initContainers } = await predictorOf(KSERVE);
    expect(containers[0].name).toBe('kserve-container');
    expect(containers[0].env[0]).toEqual({ name: 'STORAGE_URI', value: 'pvc://rma-models' });
    const claims = volumes.filter(({ persistentVolumeClaim }: Plain) => persistentVolumeClaim !== undefined);
    expect(claims).toMatchObject([{ name: 'kserve-pvc-source' }]);
    expect(initContainers[0].volumeMounts).toContainEqual({
      name: 'kserve-pvc-source',
      mountPath: '/models',
      readOnly: true,
    });
  });

  it('names a plain directory by its path in the claim', async () => {
    const each = withModel(KSERVE, `${MODEL}#layout=plain`);
    const { containers } = await predictorOf(each);
    expect(containers[0].args[0]).toBe('/mnt/models/local/mistralai/Mistral-7B-Instruct-v0.2');
  });

  it('keeps the number of pods, in a Deployment', async () => {
    const each = KSERVE_CASES['two-gpus'];
    if (each === undefined) throw new Error('no case');
    const { metadata, spec } = await objectOf(each, 'InferenceService');
    expect(metadata.annotations).toEqual({
      'serving.kserve.io/deploymentMode': 'Standard',
      'serving.kserve.io/autoscalerClass': 'none',
    });
    expect(spec.predictor).toMatchObject({ minReplicas: 2, maxReplicas: 2 });
  });

  it('has names that KServe accepts', async () => {
    const vllm = shippedFiles().find(({ kind, name }) => kind === 'engine' && name === 'vllm');
    if (vllm === undefined) throw new Error('no vllm');
    const [profile, engine] = ['a-worker-profile-with-forty-characters', 'vllm-with-a-long-name'];
    const text = `description: d\nservices: [{ engine: ${engine}, models: ['${MODEL}'] }]`;
    const catalog = buildCatalog([
      { ...vllm, name: engine, file: `engines/${engine}.yaml` },
      { kind: 'profile', name: profile, file: `profiles/${profile}.yaml`, text },
    ]);
    const each = withSettings(KSERVE, { gpuMemoryBytes: 80e9 });
    const { metadata } = await objectOf({ ...each, profiles: [profile], catalog }, 'InferenceService');
    expect(metadata.name).toMatch(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
    expect(`${metadata.name}-predictor`.length).toBeLessThanOrEqual(63);
  });

  it('is an error without vLLM, and with the models in an image', async () => {
    const inImage = { strategy: 'image', modelsImage: 'registry.example/models:1' } as const;
    await expect(exportOf(withSettings(KSERVE, inImage))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_FORMAT',
      message: '--format kserve cannot mount models from an image, but kubernetes.strategy is image',
    });
    await expect(exportOf({ profiles: ['cpu-worker'], format: 'kserve' })).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_FORMAT',
      exitCode: 2,
    });
  });
});

describe('the caches on the nodes', () => {
  it('keep the commit that the InferenceService names, in the node group', async () => {
    const cache = await objectOf(CACHED, 'LocalModelCache');
    const { containers, initContainers, volumes } = await predictorOf(CACHED);
    const uri = `hf://mistralai/Mistral-7B-Instruct-v0.2:${COMMIT}`;
    expect(cache.spec).toEqual({ sourceModelUri: uri, modelSize: '15Gi', nodeGroups: ['workers'] });
    expect(cache.metadata.namespace).toBeUndefined();
    expect(cache.metadata.name).toMatch(/^model-mistral-7b-instruct-v0-2-[0-9a-f]{12}$/);
    expect(containers[0].env[0]).toEqual({ name: 'STORAGE_URI', value: uri });
    expect(containers[0].args[0]).toBe('/mnt/models');
    expect(initContainers).toBeUndefined();
    expect(JSON.stringify(volumes)).not.toMatch(/persistentVolumeClaim|secret|configMap/);
  });

  it('are one for a model of several services: KServe rejects a second one', async () => {
    const each = withModel(CACHED, MODEL, ['chat', 'batch']);
    const kinds = (await objectsOf(each)).map(({ kind }) => kind);
    expect(kinds).toEqual(['Namespace', 'LocalModelCache', 'InferenceService', 'InferenceService']);
  });

  it('are applied first, without a Secret for downloads of rma', async () => {
    const { manifests, origin, podDownloads, localImage } = await exportOf(CACHED);
    const text = manifestFiles(manifests, origin).get('kustomization.yaml') ?? '';
    expect(text.indexOf('--filename localmodelcache.yaml')).toBeGreaterThan(0);
    expect(text.indexOf('--filename localmodelcache.yaml')).toBeLessThan(text.indexOf('--kustomize'));
    expect(text).not.toMatch(/secret|model-downloader/);
    expect({ podDownloads, localImage }).toEqual({ podDownloads: null, localImage: null });
  });

  it('need a node group and a whole repository of the hub', async () => {
    const { nodeGroup: _, ...unnamed } = CACHED;
    await expect(exportOf(unnamed)).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_FORMAT',
      hint: expect.stringContaining('--node-group NAME'),
    });
    const plain = withModel(CACHED, `${MODEL}#layout=plain`);
    await expect(exportOf(plain)).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_FORMAT',
      hint: expect.stringContaining('--strategy pvc'),
    });
  });

  it('do without settings of downloads, which are reported', async () => {
    const base = configOf({});
    const config = {
      hub: { ...base.hub, endpoints: { ...base.hub.endpoints, hf: 'https://hub.example' } },
      network: { ...base.network, maxRate: 1e6 },
    };
    const what = async (each: ExportCase) =>
      (await exportOf({ ...each, config })).notExported.map((entry) => entry.what);
    expect(await what(CACHED)).toEqual(
      expect.arrayContaining(['hub.endpoint (https://hub.example)', 'network.max_rate']),
    );
    expect(await what(KSERVE)).not.toContain('network.max_rate');
  });
});
