import { describe, expect, it } from 'vitest';
import { manifestStream } from '../../../src/core/kubernetes/write-manifests.ts';
import { type ExportCase, explanationOf, exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults, type Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { objectOf, objectsOf, podOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

const IMAGE = 'registry.example/models:1';
const CASE = withSettings(VLLM, { strategy: 'image', modelsImage: IMAGE });
const DOCLING: ExportCase = {
  profiles: ['docling'],
  kubernetes: { strategy: 'image', modelsImage: IMAGE },
};
const NAME = 'model-storage';

const mountOf = ({ volumeMounts }: Plain) => volumeMounts.find(({ name }: Plain) => name === NAME);
const volumeOf = ({ volumes }: Plain) => volumes.find(({ name }: Plain) => name === NAME);

describe('the strategy image', () => {
  it('[req N03 K8s] mounts the image with the models read-only, without a claim, a Job or access to hubs', async () => {
    const objects = await objectsOf(CASE);
    expect(manifestFaults(objects)).toEqual([]);
    const kinds = objects.map(({ kind }) => kind);
    expect(kinds).not.toContain('Job');
    expect(kinds).not.toContain('PersistentVolumeClaim');
    const pod = podOf(await objectOf(CASE, 'Deployment', 'vllm-vllm'));
    expect(volumeOf(pod)).toEqual({ name: NAME, image: { reference: IMAGE } });
    for (const container of [...pod.initContainers, ...pod.containers])
      expect(mountOf(container)).toEqual({ name: NAME, mountPath: '/models', readOnly: true });
    expect(pod.affinity.podAffinity).toBeUndefined();
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.filter(({ spec }) => JSON.stringify(spec.egress) === '[{}]')).toEqual([]);
    expect(JSON.stringify(objects)).not.toContain('hub-tokens');
  });

  it('pulls it by the settings for images, and mounts the directory that an engine scans', async () => {
    const settings = { strategy: 'image', modelsImage: IMAGE, imagePullPolicy: 'Always' } as const;
    const each: ExportCase = { profiles: ['tokenizer'], kubernetes: settings };
    const pod = podOf(await objectOf(each, 'Deployment', 'tokenizer-llm-d-tokenizer'));
    expect(volumeOf(pod).image).toEqual({ reference: IMAGE, pullPolicy: 'Always' });
    expect(mountOf(pod.containers[0])).toMatchObject({ subPath: 'local', readOnly: true });
  });

  it('checks once that the image has the models of an engine, and runs workers without a store', async () => {
    const { initContainers } = podOf(await objectOf(CASE, 'Deployment', 'vllm-vllm'));
    expect(initContainers).toMatchObject([
      { name: 'check-models', command: ['rma-worker', 'wait', '--service', 'vllm-vllm', '--once'] },
    ]);
    const worker = podOf(await objectOf(CASE, 'Deployment', 'vllm-worker'));
    expect(worker.initContainers).toBeUndefined();
    expect(worker.containers[0].command).toEqual(['rma-worker', 'run', '--engines-only']);
    expect(volumeOf(worker)).toEqual({ name: NAME, emptyDir: {} });
  });

  it('[req D17 K8s] runs the image of docling-serve as released, next to that with the models', async () => {
    const name = 'docling-docling-serve';
    const image = podOf(await objectOf(DOCLING, 'Deployment', name));
    const claim = podOf(await objectOf({ profiles: ['docling'] }, 'Deployment', name));
    expect(volumeOf(image)).toEqual({ name: NAME, image: { reference: IMAGE } });
    expect(image.containers).toEqual(claim.containers);
  });

  it('begins with the commands that build and push it, owned by the user of the pods', async () => {
    const owner = { uid: 2000, gid: 3000 };
    const { manifests, origin } = await exportOf({ ...CASE, config: { owner } });
    const text = manifestStream(manifests, { ...origin, version: '1.2.3' });
    expect(text).toContain(`# Build and push it first, and again under another name for other models:
#   rma models pull hf:mistralai/Mistral-7B-Instruct-v0.2 --dest ./models
#   printf '%s\\n' 'FROM scratch' 'COPY --chown=2000:3000 . /' | docker build --tag ${IMAGE} --file - ./models
#   docker push ${IMAGE}
`);
    expect(text).toContain('Kubernetes 1.35 (1.33 with the feature gate ImageVolume)');
    expect(text).toContain('wait until the models are pulled');
  });

  it('without an image is one error with the commands that build it', async () => {
    await expect(exportOf(withSettings(CASE, { modelsImage: null }))).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_MODELS_IMAGE',
      exitCode: 2,
      hint: expect.stringMatching(
        /--models-image IMAGE: rma models pull .* && printf .* && docker push IMAGE$/,
      ),
    });
  });

  it('is an error for the chart of llm-d, and for pods that write to a claim', async () => {
    await expect(exportOf({ ...CASE, format: 'llm-d' })).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_FORMAT',
      hint: expect.stringContaining('--strategy pvc'),
    });
    await expect(exportOf({ ...CASE, helpers: ['uploader'] })).rejects.toMatchObject({
      code: 'RMA_KUBERNETES_STRATEGY',
    });
  });

  it('reports the size of the image, and settings without effect', async () => {
    const each = withSettings(CASE, { storageClass: 'fast', backoffLimit: 1 });
    const { imageBytes, podDownloads, notExported } = await exportOf({
      ...each,
      environment: { HTTPS_PROXY: 'http://proxy.example' },
    });
    expect(imageBytes).toBe(14_483_498_612);
    expect(podDownloads).toBeNull();
    expect(notExported.map(({ what }) => what)).toEqual([
      'kubernetes.storage_class',
      'kubernetes.backoff_limit',
      'ulimits (stack) of vllm-vllm',
    ]);
    const claim = await exportOf(withSettings(CASE, { strategy: 'pvc' }));
    expect(claim.imageBytes).toBeNull();
    expect(claim.notExported).toContainEqual({
      what: `kubernetes.models_image (${IMAGE})`,
      instead: 'the strategy pvc mounts no image',
    });
  });
});

describe('the comparison of the strategies', () => {
  it('[req N03 K8s] counts the image once for each node, and advises against it', async () => {
    const each = withSettings(CASE, { replicas: { 'vllm-vllm': 2 } });
    const { strategies, reasons, modelBytes } = await explanationOf(each, 100e6);
    expect(strategies[2]).toEqual({
      strategy: 'image',
      ...{ firstDownload: 2 * modelBytes, firstSeconds: 290, restartDownload: 0, restartSeconds: 0 },
      ...{ disk: 2 * modelBytes, accessMode: null, downloadedBy: 'nodes' },
    });
    expect(reasons).toEqual([
      'image pulls 13.5 GiB once on each node with an engine pod, up to 27.0 GiB for all 2 pods; a restarted pod pulls nothing.',
      'It needs a registry that accepts a layer of this size, Kubernetes 1.35 (1.33 with the feature gate ImageVolume) and containerd 2.2 or CRI-O 1.33.',
      'A changed model needs a new image, and a rollout that pulls all models again.',
      '--strategy pvc downloads 13.5 GiB once; a restarted pod downloads nothing.',
    ]);
  });
});
