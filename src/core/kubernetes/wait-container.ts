import type { ServiceSpec } from '../fleet/service-spec.ts';
import { WORKER_CONFIG_DIRECTORY, WORKER_CONFIG_KEY } from './config-map.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { ManifestMapping } from './manifest.ts';
import { MODELS_MOUNT } from './models-volume.ts';
import { environment, imageOf, OWN_IMAGE_SECURITY, resources } from './pod.ts';

/** Variables of a worker that a container without downloads needs. */
const WITHOUT_DOWNLOADS: readonly string[] = [
  'COORDINATOR_TOKEN_FILE',
  'COORDINATOR_URL',
  'HF_HOME',
  'LOG_LEVEL',
  'MODEL_CACHE_DIR',
  'NODE_EXTRA_CA_CERTS',
];
/** Those that commands on the store need. */
export const STORE_VARIABLES = WITHOUT_DOWNLOADS.filter((name) => !/^(COORDINATOR|NODE)_/.test(name));

export const CONFIG_MOUNT: ManifestMapping = {
  name: 'config',
  mountPath: WORKER_CONFIG_DIRECTORY,
  readOnly: true,
};

/** Returns the volume with the configuration of a worker. */
export function configVolume(worker: string): ManifestMapping {
  const items = [{ key: WORKER_CONFIG_KEY, path: WORKER_CONFIG_KEY }];
  return { name: 'config', configMap: { name: worker, items } };
}

/**
 * Returns the init container that checks once that the models of an engine are in the image, as they were verified when it was
 * built. Without it, an image of earlier models would be served in silence.
 */
export function checkContainer(input: KubernetesInput, worker: ServiceSpec, engine: string): ManifestMapping {
  const command = ['rma-worker', 'wait', '--service', engine, '--once'];
  return { ...waitContainer(input, worker, engine), name: 'check-models', command };
}

/** Returns the init container that waits until the models of an engine, or of the whole worker, are verified in the store. */
export function waitContainer(
  input: KubernetesInput,
  worker: ServiceSpec,
  engine: string | null,
): ManifestMapping {
  return {
    name: 'wait-for-models',
    ...imageOf(input, worker),
    command: ['rma-worker', 'wait', ...(engine === null ? [] : ['--service', engine])],
    env: environment(workerVariables(worker, STORE_VARIABLES)),
    ...resources(worker),
    securityContext: OWN_IMAGE_SECURITY,
    volumeMounts: [MODELS_MOUNT, CONFIG_MOUNT],
  };
}

/** Returns these variables of a worker. Its log goes to the output of the container only. */
export function workerVariables(
  { environment: variables }: ServiceSpec,
  names: readonly string[] = WITHOUT_DOWNLOADS,
): Readonly<Record<string, string>> {
  const own = Object.entries(variables).filter(([name]) => names.includes(name));
  return { ...Object.fromEntries(own), LOG_FILE: '' };
}
