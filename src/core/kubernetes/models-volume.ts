import { pinnedBytes } from '../domain/pinned-model.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { claimName, type KubernetesInput, pinnedOf } from './kubernetes-input.ts';
import { filled, type ManifestMapping } from './manifest.ts';
import { MOUNTS_MODELS } from './metadata.ts';
import { byteQuantity, wholeGib } from './quantity.ts';
import { accessMode, HEADROOM } from './storage.ts';

/** Name of the volume with the models in every pod. */
export const MODELS_VOLUME = 'model-storage';

export const MODELS_MOUNT: ManifestMapping = { name: MODELS_VOLUME, mountPath: STORE_MOUNT, readOnly: true };
export const MODELS_MOUNT_WRITABLE: ManifestMapping = { name: MODELS_VOLUME, mountPath: STORE_MOUNT };

/** For a container that only writes records to its store. */
export const EMPTY_STORE: ManifestMapping = { name: MODELS_VOLUME, emptyDir: {} };

/** Returns the volume with the models of a pod: the claim, an emptyDir of the pod, or the image. */
export function modelsVolume(input: KubernetesInput, spec: Pick<ServiceSpec, 'models'>): ManifestMapping {
  const { strategy, modelsImage, imagePullPolicy } = input.settings;
  switch (strategy) {
    case 'pvc': {
      const readOnly = accessMode(input) === 'ReadOnlyMany' ? { readOnly: true } : {};
      return { name: MODELS_VOLUME, persistentVolumeClaim: { claimName: claimName(input), ...readOnly } };
    }
    case 'init':
      return { name: MODELS_VOLUME, emptyDir: { sizeLimit: byteQuantity(podStorage(input, spec)) } };
    case 'image': {
      const pullPolicy = filled('pullPolicy', imagePullPolicy);
      return { name: MODELS_VOLUME, image: { ...filled('reference', modelsImage), ...pullPolicy } };
    }
  }
}

/** Returns the space for the models in an emptyDir of a pod, bytes. */
export function podStorage(input: KubernetesInput, spec: Pick<ServiceSpec, 'models'>): number {
  return wholeGib(serviceBytes(input, spec) * HEADROOM);
}

/** Returns the size of the models of a service, bytes. */
export function serviceBytes(input: KubernetesInput, { models }: Pick<ServiceSpec, 'models'>): number {
  return models.reduce((sum, ref) => sum + pinnedBytes(pinnedOf(input, ref)), 0);
}

/** Returns the label of pods that share the claim. */
export function modelsLabel({ settings }: Pick<KubernetesInput, 'settings'>): ManifestMapping {
  return settings.strategy === 'pvc' ? { [MOUNTS_MODELS]: 'true' } : {};
}
