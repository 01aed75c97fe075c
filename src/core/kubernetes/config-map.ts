import { WORKER_CONFIG_PATH } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { formatBytes } from '../units.ts';
import type { KubernetesInput } from './kubernetes-input.ts';
import type { Manifest } from './manifest.ts';
import { metadata, serviceLabels } from './metadata.ts';

const [CONFIG_FILE = ''] = WORKER_CONFIG_PATH.split('/').slice(-1);
/** The API server rejects larger ones. */
const MAX_BYTES = 2 ** 20;

/** Key of the configuration in the ConfigMap of a worker, and directory where pods mount it. */
export const WORKER_CONFIG_KEY = CONFIG_FILE;
export const WORKER_CONFIG_DIRECTORY = WORKER_CONFIG_PATH.slice(0, -CONFIG_FILE.length - 1);

/** Returns the configuration of a worker: its models with the size and hash of each file. @throws RmaError RMA_KUBERNETES_CONFIG_SIZE (5) */
export function workerConfigMap(input: KubernetesInput, { name, configFile }: ServiceSpec): Manifest {
  const content = configFile?.content ?? '';
  const bytes = new TextEncoder().encode(content).length;
  if (bytes >= MAX_BYTES) {
    throw new RmaError(
      'RMA_KUBERNETES_CONFIG_SIZE',
      `the list of model files of ${name} has ${formatBytes(bytes)}; a ConfigMap can hold less than 1 MiB`,
      {
        exitCode: EXIT.doesNotFit,
        hint: 'divide the models between several profiles, or select fewer files of them',
      },
    );
  }
  return {
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(input, name, { labels: serviceLabels(input.fleet.project, name, 'worker') }),
      data: { [WORKER_CONFIG_KEY]: content },
    },
    comment: null,
    comments: {},
  };
}
