import type { KubernetesSettings } from '../domain/config.ts';
import { KUBERNETES_SETTINGS } from './kubernetes-settings.ts';
import type { Setting } from './setting.ts';
import { sizeText } from './size-text.ts';

type Value = string | number | Readonly<Record<string, number>> | null;

/** Returns the settings for Kubernetes from their values. */
export function takeKubernetes(take: <T>(setting: Setting<T>) => T): KubernetesSettings {
  const settings = KUBERNETES_SETTINGS;
  return {
    namespace: take(settings.kubernetesNamespace),
    strategy: take(settings.strategy),
    modelsImage: take(settings.modelsImage),
    storageClass: take(settings.storageClass),
    volumeName: take(settings.volumeName),
    existingClaim: take(settings.existingClaim),
    accessMode: take(settings.accessMode),
    storageBytes: take(settings.storage),
    gpuResource: take(settings.gpuResource),
    gpuMemoryBytes: take(settings.gpuMemory),
    gpuProduct: take(settings.gpuProduct),
    workerImage: take(settings.workerImage),
    imagePullPolicy: take(settings.imagePullPolicy),
    imagePullSecret: take(settings.imagePullSecret),
    hubSecret: take(settings.hubSecret),
    replicas: take(settings.replicas),
    backoffLimit: take(settings.backoffLimit),
    deadlineSeconds: take(settings.deadline),
    ttlSeconds: take(settings.ttl),
  };
}

/** Returns the settings for Kubernetes by their path in rma.yaml, as it writes them. */
export function kubernetesValues(settings: KubernetesSettings): Readonly<Record<string, Value>> {
  const { storageBytes, gpuMemoryBytes, deadlineSeconds } = settings;
  return {
    'kubernetes.namespace': settings.namespace,
    'kubernetes.strategy': settings.strategy,
    'kubernetes.models_image': settings.modelsImage,
    'kubernetes.storage_class': settings.storageClass,
    'kubernetes.volume_name': settings.volumeName,
    'kubernetes.existing_claim': settings.existingClaim,
    'kubernetes.access_mode': settings.accessMode ?? 'auto',
    'kubernetes.storage': storageBytes === null ? null : sizeText(storageBytes),
    'kubernetes.gpu_resource': settings.gpuResource,
    'kubernetes.gpu_memory': gpuMemoryBytes === null ? null : sizeText(gpuMemoryBytes),
    'kubernetes.gpu_product': settings.gpuProduct,
    'kubernetes.worker_image': settings.workerImage,
    'kubernetes.image_pull_policy': settings.imagePullPolicy,
    'kubernetes.image_pull_secret': settings.imagePullSecret,
    'kubernetes.hub_secret': settings.hubSecret,
    'kubernetes.replicas': settings.replicas,
    'kubernetes.backoff_limit': settings.backoffLimit,
    'kubernetes.deadline': deadlineSeconds === null ? null : `${deadlineSeconds}s`,
    'kubernetes.ttl': `${settings.ttlSeconds}s`,
  };
}
