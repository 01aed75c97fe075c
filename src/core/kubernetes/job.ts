import { canonicalJson } from '../canonical-json.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { WORKER_CONFIG_DIRECTORY, WORKER_CONFIG_KEY } from './config-map.ts';
import { downloadContainer } from './download-container.ts';
import { allRefs, type KubernetesInput, NAME, pinnedOf, servicesOf } from './kubernetes-input.ts';
import type { Manifest, ManifestMapping } from './manifest.ts';
import { metadata, serviceLabels } from './metadata.ts';
import { modelsLabel } from './models-volume.ts';
import { downloadSeconds, modelAnnotations, podSpec, TMP_VOLUME } from './pod.ts';
import { accessMode } from './storage.ts';

const CONFIGS = `${WORKER_CONFIG_DIRECTORY}/workers`;
/** Exit codes that another attempt does not change: bad configuration, not ready, token rejected, no space, wrong content. */
const PERMANENT = [2, 3, 4, 5, 6];

/**
 * Returns the Job that downloads the models; null if the volume already holds them, or pods
 * download them. Its name has a hash of the models and of
 * its template, which Kubernetes does not change in an existing Job.
 */
export function downloadJob(input: KubernetesInput): Manifest | null {
  const { backoffLimit, ttlSeconds, strategy } = input.settings;
  if (strategy !== 'pvc' || input.helpers.has('uploader')) return null;
  if (accessMode(input) === 'ReadOnlyMany') return null;
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
  const { container, volumes } = downloadContainer(input, {
    workers,
    args: workers.map(({ name }) => `${CONFIGS}/${name}.json`),
    mount: { name: 'config', mountPath: CONFIGS, readOnly: true },
  });
  return {
    metadata: {
      labels: { ...labelsOf(input), ...modelsLabel(input) },
      annotations: modelAnnotations(input, allRefs(input)),
    },
    spec: {
      restartPolicy: 'Never',
      ...podSpec(input, {
        mountsModels: true,
        spec: first,
        container,
        volumes: [configsVolume(workers), TMP_VOLUME, ...volumes],
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
