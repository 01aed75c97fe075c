import type { KubernetesObject } from '../../core/cluster/kubernetes-object.ts';
import type { Kubectl } from '../../ports/kubectl.ts';

/** One project in a cluster. */
export interface ClusterProject {
  readonly project: string;
  readonly namespace: string;
}

/** What an export creates in its namespace, without the claim, which holds the models. */
const REMOVABLE = [
  'deployments.apps',
  'jobs.batch',
  'services',
  'configmaps',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
];

/** Returns the labels of every object that rma exports for a project, as a selector. */
export function selectorOf(project: string): string {
  return `app.kubernetes.io/managed-by=rma,app.kubernetes.io/part-of=${project}`;
}

/** Returns the objects of a project that `rma down --kubernetes` removes. */
export async function ownObjects(
  kubectl: Kubectl,
  { project, namespace }: ClusterProject,
): Promise<readonly KubernetesObject[]> {
  return kubectl.list({ resources: REMOVABLE, namespace, selector: selectorOf(project) });
}
