import type { ServiceSpec } from '../fleet/service-spec.ts';
import { downloadContainer } from './download-container.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { ManifestMapping } from './manifest.ts';
import { IMAGE_VOLUMES } from './models-image.ts';
import { podStorage } from './models-volume.ts';
import { byteQuantity } from './quantity.ts';
import { CONFIG_MOUNT, checkContainer, configVolume, waitContainer } from './wait-container.ts';

interface Preparation {
  readonly initContainers: readonly ManifestMapping[];
  /** of these containers */
  readonly volumes: readonly ManifestMapping[];
  readonly comment: string;
}

/**
 * Returns what runs in the pods of an engine before it starts: a wait for the Job, the download of its models, or a check of
 * the image.
 */
export function prepareModels(input: KubernetesInput, worker: ServiceSpec, engine: ServiceSpec): Preparation {
  const volumes = [configVolume(worker.name)];
  switch (input.settings.strategy) {
    case 'pvc':
      return {
        initContainers: [waitContainer(input, worker, engine.name)],
        volumes,
        comment: 'Waits until the models are verified in the store. Contacts no hub.',
      };
    case 'init':
      return downloadModels(input, worker, engine);
    case 'image':
      return {
        initContainers: [checkContainer(input, worker, engine.name)],
        volumes,
        comment: `Ends with an error if the image lacks a model of this service, or has another version of it.
The image is mounted read-only, which needs ${IMAGE_VOLUMES}.`,
      };
  }
}

/** The request keeps the pod away from nodes whose disk is too small for the emptyDir. */
function downloadModels(input: KubernetesInput, worker: ServiceSpec, engine: ServiceSpec): Preparation {
  const { container, volumes } = downloadContainer(input, {
    workers: [worker],
    args: ['--service', engine.name],
    mount: CONFIG_MOUNT,
    requests: { 'ephemeral-storage': byteQuantity(podStorage(input, engine)) },
  });
  return {
    initContainers: [container],
    volumes: [configVolume(worker.name), ...volumes],
    comment: 'Downloads the models of this service at each start of a pod.',
  };
}
