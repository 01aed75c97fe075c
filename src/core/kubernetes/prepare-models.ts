import type { ServiceSpec } from '../fleet/service-spec.ts';
import { downloadContainer } from './download-container.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { ManifestMapping } from './manifest.ts';
import { podStorage } from './models-volume.ts';
import { byteQuantity } from './quantity.ts';
import { CONFIG_MOUNT, configVolume, waitContainer } from './wait-container.ts';

interface Preparation {
  readonly initContainers: readonly ManifestMapping[];
  /** of these containers */
  readonly volumes: readonly ManifestMapping[];
  readonly comment: string;
}

/** Returns what runs in the pods of an engine before it starts: a wait for the Job, or the download of its models. */
export function prepareModels(input: KubernetesInput, worker: ServiceSpec, engine: ServiceSpec): Preparation {
  if (input.settings.strategy === 'init') return downloadModels(input, worker, engine);
  return {
    initContainers: [waitContainer(input, worker, engine.name)],
    volumes: [configVolume(worker.name)],
    comment: 'Waits until the models are verified in the store. Contacts no hub.',
  };
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
