import { describe, expect, it } from 'vitest';
import { expandSets } from '../../../src/core/profile/model-sets.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { CPU, objectOf, objectsOf, podOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

describe('the claim', () => {
  it('[req D01 K8s] [req D03 K8s] [req D05 K8s] [req T13] has the name of the volume, and a class only if one is set', async () => {
    const store = { type: 'named', name: 'docling_model-cache' } as const;
    const config = { volumes: { store, cache: { type: 'named', name: 'rma-cache' } as const } };
    const plain = await objectOf({ ...CPU, config }, 'PersistentVolumeClaim');
    expect(plain.metadata.name).toBe('docling-model-cache');
    expect(plain.spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      volumeMode: 'Filesystem',
      resources: { requests: { storage: '10Gi' } },
    });
    const set = await objectOf(
      withSettings(CPU, { storageClass: 'fast', volumeName: 'pv-1' }),
      'PersistentVolumeClaim',
    );
    expect(set.spec).toMatchObject({ storageClassName: 'fast', volumeName: 'pv-1' });
  });

  it('[req D04 K8s] [req L04 K8s] [req L05 K8s] is 10 % larger than the models, at least 10 GiB, or as large as set', async () => {
    const size = async (each: ExportCase) =>
      (await objectOf(each, 'PersistentVolumeClaim')).spec.resources.requests.storage;
    expect(await size(CPU)).toBe('10Gi');
    expect(await size(VLLM)).toBe('15Gi');
    expect(await size(withSettings(VLLM, { storageBytes: 50 * 2 ** 30 }))).toBe('50Gi');
    await expect(size(withSettings(VLLM, { storageBytes: 5 * 2 ** 30 }))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_STORAGE',
      exitCode: 5,
      message: 'the models need 13.5 GiB, but kubernetes.storage is 5.0 GiB',
      hint: 'use at least --storage 15GiB, or leave it out',
    });
  });

  it('[req D02 K8s] [req D20 K8s] [req L02 K8s] is shared between nodes if several engine pods need it', async () => {
    const modes = async (each: ExportCase) =>
      (await objectOf(each, 'PersistentVolumeClaim')).spec.accessModes;
    expect(await modes(CPU)).toEqual(['ReadWriteOnce']);
    const replicas = { 'cpu-worker-llamacpp': 2 };
    expect(await modes(withSettings(CPU, { replicas }))).toEqual(['ReadWriteMany']);
    expect(await modes({ profiles: ['cpu-worker', 'embedding'] })).toEqual(['ReadWriteMany']);
    expect(await modes(withSettings(CPU, { accessMode: 'ReadWriteMany' }))).toEqual(['ReadWriteMany']);
    await expect(modes(withSettings(CPU, { replicas, accessMode: 'ReadWriteOnce' }))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_ACCESS_MODE',
      hint: 'use --access-mode rwx with a storage class that supports it, or --replicas cpu-worker-llamacpp=1',
    });
  });

  it('keeps the pods that mount it on one node if only one can', async () => {
    const affinityOf = async (each: ExportCase, kind: string) => podOf(await objectOf(each, kind)).affinity;
    expect(await affinityOf(VLLM, 'Job')).toMatchObject({ podAffinity: {}, nodeAffinity: {} });
    expect(await affinityOf(withSettings(VLLM, { accessMode: 'ReadWriteMany' }), 'Job')).toBeUndefined();
  });

  it('is not rendered if it exists; a read-only one has no Job', async () => {
    const kinds = async (each: ExportCase) => (await objectsOf(each)).map(({ kind }) => kind);
    const existing = withSettings(CPU, { existingClaim: 'shared' });
    expect(await kinds(existing)).not.toContain('PersistentVolumeClaim');
    expect(await kinds(existing)).toContain('Job');
    const filled = withSettings(existing, { accessMode: 'ReadOnlyMany' });
    expect(await kinds(filled)).not.toContain('Job');
    const [volume] = podOf(await objectOf(filled, 'Deployment', 'cpu-worker-llamacpp')).volumes;
    expect(volume.persistentVolumeClaim).toEqual({ claimName: 'shared', readOnly: true });
    await expect(kinds(withSettings(CPU, { accessMode: 'ReadOnlyMany' }))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_ACCESS_MODE',
    });
  });

  it('[req K06 K8s] mounts a directory of the nodes only if that is allowed', async () => {
    const store = { type: 'host', path: '/data/models' } as const;
    const config = { volumes: { store, cache: { type: 'named', name: 'rma-cache' } as const } };
    const refused = await exportOf({ ...CPU, config });
    expect(JSON.stringify(refused.manifests)).not.toContain('hostPath');
    expect(refused.notExported.map(({ what }) => what)).toEqual([
      'volumes.store is the directory /data/models of this machine',
    ]);
    const volume = await objectOf({ ...CPU, config, allowHostPath: true }, 'PersistentVolume');
    expect(volume.spec).toMatchObject({
      hostPath: { path: '/data/models', type: 'Directory' },
      persistentVolumeReclaimPolicy: 'Retain',
    });
  });
});

it('[req N15 K8s] the claim of a set has the sizes that people plan with: those of a 2B, two 7B and a 13B model', async () => {
  const shipped = shippedCatalog();
  const models = expandSets(['set:production'], shipped.models);
  const profile = shipped.profiles.get('gguf');
  if (profile === undefined) throw new Error('no profile gguf');
  const [first, ...others] = profile.variants.map((variant) => ({
    ...variant,
    services: variant.services.map((service) => ({ ...service, models })),
  }));
  if (first === undefined) throw new Error('no variant');
  const profiles = new Map([['gguf', { ...profile, variants: [first, ...others] as const }]]);
  const bytesOf = (ref: string) => {
    const model = [...shipped.models.values()].find((each) => each.ref === ref);
    return Number(/about ([\d.]+) GB/.exec(model?.description ?? '')?.[1]) * 1e9;
  };
  const claim = await objectOf(
    {
      profiles: ['gguf'],
      catalog: { ...shipped, profiles },
      kubernetes: { gpuMemoryBytes: 80e9 },
      pinned: (model) => ({
        ...model,
        files: model.files.map((file) => ({ ...file, bytes: bytesOf(model.ref) })),
      }),
    },
    'PersistentVolumeClaim',
  );
  const gib = Number(claim.spec.resources.requests.storage.replace('Gi', ''));
  const planned = ((1.5 + 4 + 4 + 7.5) * 1e9) / 2 ** 30;
  expect(gib / (planned * 1.1)).toBeGreaterThan(0.85);
  expect(gib / (planned * 1.1)).toBeLessThan(1.15);
});
