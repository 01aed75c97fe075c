import { checkInput } from './check-input.ts';
import { workerConfigMap } from './config-map.ts';
import { engineDeployment } from './engine.ts';
import { engineConfigMap } from './engine-config.ts';
import { helperPods } from './helper-pods.ts';
import { downloadJob } from './job.ts';
import { type KubernetesInput, namespaceOf, servicesOf } from './kubernetes-input.ts';
import type { Manifest } from './manifest.ts';
import { projectLabels } from './metadata.ts';
import { clusterService, disruptionBudget, networkPolicies } from './network.ts';
import { coordinatorDeployment, workerDeployment } from './own-services.ts';
import { storageManifests } from './storage.ts';

/**
 * Returns the objects that run a project on Kubernetes, in the order in which they are applied. The same input always gives the
 * same objects.
 * @throws RmaError RMA_KUBERNETES_* (2 bad request, 5 does not fit)
 */
export function renderKubernetes(input: KubernetesInput): readonly Manifest[] {
  checkInput(input);
  const workers = servicesOf(input, 'worker');
  const engines = servicesOf(input, 'engine');
  const coordinators = servicesOf(input, 'coordinator');
  const job = downloadJob(input);
  return [
    ...namespace(input),
    ...storageManifests(input),
    ...workers.map((spec) => workerConfigMap(input, spec)),
    ...engines.flatMap((spec) => engineConfigMap(input, spec)),
    ...(job === null ? [] : [job]),
    ...helperPods(input),
    ...coordinators.map((spec) => coordinatorDeployment(input, spec)),
    ...engines.map((spec) => engineDeployment(input, spec)),
    ...workers.map((spec) => workerDeployment(input, spec)),
    ...[...coordinators, ...engines].flatMap((spec) => clusterService(input, spec) ?? []),
    ...networkPolicies(input, { hasJob: job !== null }),
    ...engines.flatMap((spec) => disruptionBudget(input, spec) ?? []),
  ];
}

/**
 * Returns the objects that fill the claim, without those that serve the models, in the order in which they are applied.
 * @throws RmaError as renderKubernetes
 */
export function renderDownload(input: KubernetesInput): readonly Manifest[] {
  checkInput(input);
  const job = downloadJob(input);
  return [
    ...namespace(input),
    ...storageManifests(input),
    ...(input.settings.strategy === 'pvc'
      ? servicesOf(input, 'worker').map((spec) => workerConfigMap(input, spec))
      : []),
    ...(job === null ? [] : [job]),
    ...helperPods(input),
  ];
}

/** The namespace `default` always exists and is not only for this project. */
function namespace({ fleet, settings }: KubernetesInput): readonly Manifest[] {
  const name = namespaceOf(fleet.project, settings);
  if (name === 'default') return [];
  return [
    {
      object: {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name,
          labels: { ...projectLabels(fleet.project), 'pod-security.kubernetes.io/enforce': 'restricted' },
        },
      },
      comment: null,
      comments: {
        'metadata.labels': 'The cluster rejects pods that are not restricted; all pods of rma are.',
      },
    },
  ];
}
