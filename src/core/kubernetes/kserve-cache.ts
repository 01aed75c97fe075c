import { EXIT, RmaError } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import { hubUri, pathInVolume, repositoryAt } from './llm-d-uri.ts';
import type { Manifest } from './manifest.ts';
import { podStorage } from './models-volume.ts';
import { byteQuantity } from './quantity.ts';

/** KServe names a cache in a label of the pods. */
const MAX_LABEL = 63;

/**
 * Returns the caches of the models on the nodes, each model once: KServe rejects a second cache of the same source. None where a
 * Job fills a claim.
 * @throws RmaError RMA_KUBERNETES_FORMAT (2) without a node group, and for a model that KServe cannot download
 */
export function localModelCaches(
  input: KubernetesInput,
  { specs, nodeGroup }: { readonly specs: readonly ServiceSpec[]; readonly nodeGroup: string | null },
): readonly Manifest[] {
  if (input.settings.strategy !== 'init') return [];
  if (nodeGroup === null) {
    throw new RmaError('RMA_KUBERNETES_FORMAT', 'a LocalModelCache needs a LocalModelNodeGroup', {
      exitCode: EXIT.usage,
      hint: 'name one that `kubectl get localmodelnodegroups` lists: --node-group NAME; or let a Job of rma download to a claim: --strategy pvc',
    });
  }
  const caches = specs.map((spec) => localModelCache(input, spec, nodeGroup));
  return [...new Map(caches.map((cache) => [cache.object.metadata.name, cache])).values()];
}

/** It belongs to the cluster, so projects with the same model share it. */
function localModelCache(input: KubernetesInput, spec: ServiceSpec, nodeGroup: string): Manifest {
  return {
    object: {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'LocalModelCache',
      metadata: { name: cacheName(spec), labels: { 'app.kubernetes.io/managed-by': 'rma' } },
      spec: {
        sourceModelUri: downloadUri(spec),
        modelSize: byteQuantity(podStorage(input, spec)),
        nodeGroups: [nodeGroup],
      },
    },
    comment:
      'For a model that requires a token, add spec.serviceAccountName: an account with its Secret in kserve-localmodel-jobs.',
    comments: {
      'spec.sourceModelUri': 'KServe does not change it; another commit of the model is another cache.',
      'spec.modelSize': 'The model and space for its download.',
    },
  };
}

/** Returns the name of the cache of a service's model. @throws RmaError as downloadUri */
export function cacheName(spec: ServiceSpec): string {
  const uri = downloadUri(spec);
  const [, name = ''] = /\/([^/:]+):[^/]*$/.exec(uri) ?? [];
  const hash = sha256Hex(uri).slice(0, 12);
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  const prefix = `model-${words}`.slice(0, MAX_LABEL - hash.length - 1).replace(/-+$/, '');
  return `${prefix}-${hash}`;
}

/** Returns the source of a model that KServe downloads, at its commit. @throws RmaError RMA_KUBERNETES_FORMAT (2) */
export function downloadUri({ name, arguments: words, models }: ServiceSpec): string {
  const repository = repositoryAt(pathInVolume(words[0] ?? '', STORE_MOUNT));
  if (repository !== null && models.length === 1) return hubUri(`${repository.repo}:${repository.revision}`);
  throw new RmaError(
    'RMA_KUBERNETES_FORMAT',
    `${name}: KServe can only download one whole repository of the Hugging Face hub for a service, not ${models.join(', ')}`,
    { exitCode: EXIT.usage, hint: 'let a Job of rma download it to a claim: --strategy pvc' },
  );
}
