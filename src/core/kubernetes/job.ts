import { canonicalJson } from '../canonical-json.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { HOST_FROM_CONTAINER } from '../host-address.ts';
import { WORKER_CONFIG_DIRECTORY, WORKER_CONFIG_KEY } from './config-map.ts';
import { allRefs, type KubernetesInput, NAME, pinnedOf, servicesOf } from './kubernetes-input.ts';
import type { Manifest, ManifestMapping } from './manifest.ts';
import { MOUNTS_MODELS, metadata, serviceLabels } from './metadata.ts';
import { SECRETS_MOUNT } from './own-services.ts';
import {
  downloadSeconds,
  environment,
  imageOf,
  MODELS_MOUNT_WRITABLE,
  modelAnnotations,
  OWN_IMAGE_SECURITY,
  podSpec,
  resources,
  TMP_MOUNT,
  TMP_VOLUME,
} from './pod.ts';
import { secretsVolume } from './secrets.ts';
import { accessMode } from './storage.ts';

const CONFIGS = `${WORKER_CONFIG_DIRECTORY}/workers`;
/** Exit codes that another attempt does not change: bad configuration, not ready, token rejected, no space, wrong content. */
const PERMANENT = [2, 3, 4, 5, 6];

/**
 * Returns the Job that downloads the models; null if the volume already holds them. Its name has a hash of the models and of
 * its template, which Kubernetes does not change in an existing Job.
 */
export function downloadJob(input: KubernetesInput): Manifest | null {
  if (accessMode(input) === 'ReadOnlyMany') return null;
  const { backoffLimit, ttlSeconds } = input.settings;
  const spec: ManifestMapping = {
    backoffLimit,
    activeDeadlineSeconds: downloadSeconds(input),
    ttlSecondsAfterFinished: ttlSeconds,
    podFailurePolicy: {
      rules: [
        {
          action: 'FailJob',
          onExitCodes: { containerName: NAME.job, operator: 'In', values: PERMANENT },
          // the schema of Kubernetes 1.28 requires it, later ones do not
          onPodConditions: [],
        },
      ],
    },
    template: jobTemplate(input),
  };
  const models = allRefs(input).map((ref) => pinnedOf(input, ref));
  const hash = sha256Hex(canonicalJson({ models, spec })).slice(0, 10);
  return {
    object: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: metadata(input, `${NAME.job}-${hash}`, { labels: labelsOf(input) }),
      spec,
    },
    comment:
      'Downloads the models, once. Its name changes with the models, so that a changed model is downloaded by a new Job.',
    comments: {
      'spec.activeDeadlineSeconds': 'kubernetes.deadline sets another time.',
      'spec.ttlSecondsAfterFinished': 'Applied again later, the Job finds every model and ends.',
      'spec.podFailurePolicy': 'A missing token, a full volume or wrong content is not retried.',
    },
  };
}

function labelsOf({ fleet }: KubernetesInput): ManifestMapping {
  return serviceLabels(fleet.project, NAME.job, 'model-downloader');
}

function jobTemplate(input: KubernetesInput): ManifestMapping {
  const workers = servicesOf(input, 'worker');
  const [first] = workers;
  if (first === undefined) throw new Error('the fleet has no worker');
  const secrets = secretsVolume(input, secretsOf(workers));
  return {
    metadata: {
      labels: { ...labelsOf(input), [MOUNTS_MODELS]: 'true' },
      annotations: modelAnnotations(input, allRefs(input)),
    },
    spec: {
      restartPolicy: 'Never',
      ...podSpec(input, {
        mountsModels: true,
        spec: first,
        container: {
          name: NAME.job,
          ...imageOf(input, first),
          command: ['rma-worker', 'pull', ...workers.map(({ name }) => `${CONFIGS}/${name}.json`)],
          env: environment(variablesOf(workers)),
          ...resources(first),
          securityContext: OWN_IMAGE_SECURITY,
          volumeMounts: [
            MODELS_MOUNT_WRITABLE,
            { name: 'config', mountPath: CONFIGS, readOnly: true },
            TMP_MOUNT,
            ...(secrets === null ? [] : [SECRETS_MOUNT]),
          ],
        },
        volumes: [configsVolume(workers), TMP_VOLUME, ...(secrets === null ? [] : [secrets])],
        graceSeconds: 30,
      }),
    },
  };
}

function configsVolume(workers: readonly ServiceSpec[]): ManifestMapping {
  const sources = workers.map(({ name }) => ({
    configMap: { name, items: [{ key: WORKER_CONFIG_KEY, path: `${name}.json` }] },
  }));
  return { name: 'config', projected: { sources } };
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
