import type { ServiceSpec } from '../fleet/service-spec.ts';
import { HOST_FROM_CONTAINER } from '../host-address.ts';
import { type KubernetesInput, NAME } from './kubernetes-input.ts';
import type { ManifestMapping } from './manifest.ts';
import { MODELS_MOUNT_WRITABLE } from './models-volume.ts';
import { environment, imageOf, OWN_IMAGE_SECURITY, resources, TMP_MOUNT } from './pod.ts';
import { SECRETS_MOUNT, secretsVolume } from './secrets.ts';

interface Download {
  /** whose models are downloaded; at least one */
  readonly workers: readonly ServiceSpec[];
  /** of `rma-worker pull` */
  readonly args: readonly string[];
  /** of the configuration */
  readonly mount: ManifestMapping;
  /** in addition to the memory */
  readonly requests?: ManifestMapping;
}

/** Returns the container that downloads models, with the volume of its secrets if it needs any. */
export function downloadContainer(
  input: KubernetesInput,
  { workers, args, mount, requests = {} }: Download,
): { readonly container: ManifestMapping; readonly volumes: readonly ManifestMapping[] } {
  const [first] = workers;
  if (first === undefined) throw new Error('the fleet has no worker');
  const secrets = secretsVolume(input, secretsOf(workers));
  return {
    container: {
      name: NAME.job,
      ...imageOf(input, first),
      command: ['rma-worker', 'pull', ...args],
      env: environment(variablesOf(workers)),
      ...resources(first, { requests }),
      securityContext: OWN_IMAGE_SECURITY,
      volumeMounts: [MODELS_MOUNT_WRITABLE, mount, TMP_MOUNT, ...(secrets === null ? [] : [SECRETS_MOUNT])],
    },
    volumes: secrets === null ? [] : [secrets],
  };
}

function secretsOf(workers: readonly ServiceSpec[]): readonly string[] {
  const names = workers.flatMap(({ secrets }) => secrets);
  return [...new Set(names)].filter((name) => !name.startsWith('worker_token_')).sort();
}

/** Returns what the workers need to download. They register themselves. */
function variablesOf(workers: readonly ServiceSpec[]): Readonly<Record<string, string>> {
  const all = workers.flatMap(({ environment: variables }) => Object.entries(variables));
  // the name of the host that runs a container has no meaning in a pod
  const own = all.filter(
    ([name, value]) => !name.startsWith('COORDINATOR_') && value !== HOST_FROM_CONTAINER,
  );
  return { ...Object.fromEntries(own), LOG_FILE: '' };
}
