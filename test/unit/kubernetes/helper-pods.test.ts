import { describe, expect, it } from 'vitest';
import { manifestFiles } from '../../../src/core/kubernetes/write-manifests.ts';
import { type ExportCase, exportOf } from '../../helpers/kubernetes/export-of.ts';
import type { Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { CPU, objectOf, objectsOf, VLLM, withSettings } from '../../helpers/kubernetes/objects-of.ts';

const mountOf = ({ spec }: Plain) =>
  spec.containers[0].volumeMounts.find(({ name }: Plain) => name === 'model-storage');

describe('the pod with a shell on the models', () => {
  it('[req L10 K8s] [req L15 K8s] mounts them read-only, for an hour, on the node of the claim', async () => {
    const pod = await objectOf({ ...VLLM, helpers: ['debugger'] }, 'Pod', 'models-debugger');
    expect(mountOf(pod)).toEqual({ name: 'model-storage', mountPath: '/models', readOnly: true });
    expect(pod.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{ command: ['sleep', '3600'] }],
      affinity: { podAffinity: {} },
    });
    expect(pod.metadata.labels['rma.dev/mounts-models']).toBe('true');
    expect((await objectsOf({ ...VLLM, helpers: ['debugger'] })).map(({ kind }) => kind)).toContain('Job');
    expect((await objectsOf(VLLM)).map(({ kind }) => kind)).not.toContain('Pod');
  });

  it('[req L10 K8s] has a comment with the commands that open it, list the models and delete it', async () => {
    const { manifests } = await exportOf({ ...CPU, helpers: ['debugger'] });
    const comment = manifests.find(({ object }) => object.kind === 'Pod')?.comment ?? '';
    expect(comment).toContain('kubectl exec --stdin --tty --namespace demo pod/models-debugger -- sh');
    expect(comment).toContain('-- rma-worker inventory');
  });
});

describe('the pod that receives the models', () => {
  const UPLOADED: ExportCase = { ...CPU, helpers: ['uploader'] };

  it('[req N09 K8s] replaces the Job, and is the only one that writes', async () => {
    const objects = await objectsOf(UPLOADED);
    expect(objects.map(({ kind }) => kind)).not.toContain('Job');
    const pod = objects.find(({ kind }) => kind === 'Pod');
    expect(mountOf(pod)).toEqual({ name: 'model-storage', mountPath: '/models' });
    expect(JSON.stringify(pod)).not.toContain('hub-tokens');
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(JSON.stringify(policies)).not.toContain('model-downloader');
  });

  it('[req N09 K8s] has commands that wait for it, send the models, and delete it', async () => {
    const { manifests, origin } = await exportOf(UPLOADED);
    const text = manifestFiles(manifests, origin).get('kustomization.yaml') ?? '';
    expect(text).toContain(
      [
        '#   kubectl wait --namespace demo --for condition=ready pod/model-uploader --timeout 60s',
        '#   rma models bundle export models.tar hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf',
        '#   kubectl exec --namespace demo --stdin pod/model-uploader -- rma-worker import-bundle - < models.tar',
        '#   kubectl delete --namespace demo pod/model-uploader',
        '#   kubectl wait --namespace demo --for condition=available deployment --all --timeout 1h',
      ].join('\n'),
    );
  });
});

it.each(['debugger', 'uploader'] as const)('a %s needs a claim', async (helper) => {
  const each = withSettings({ ...CPU, helpers: [helper] }, { strategy: 'init' });
  await expect(exportOf(each)).rejects.toMatchObject({
    code: 'RMA_KUBERNETES_STRATEGY',
    exitCode: 2,
    hint: `use --strategy pvc, or remove --with-${helper}`,
  });
});
