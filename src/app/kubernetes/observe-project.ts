import type { KubernetesObject } from '../../core/cluster/kubernetes-object.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import { type ClusterProject, selectorOf } from './own-objects.ts';

const WORKLOADS = ['deployments.apps', 'jobs.batch', 'replicasets.apps', 'pods', 'persistentvolumeclaims'];

/** Returns the workloads of a project, and the events of its namespace. @throws RmaError of Kubectl */
export async function observeProject(
  kubectl: Kubectl,
  { project, namespace }: ClusterProject,
): Promise<readonly KubernetesObject[]> {
  const objects = await kubectl.list({ resources: WORKLOADS, namespace, selector: selectorOf(project) });
  const events = await kubectl.list({ resources: ['events'], namespace, selector: null });
  return [...objects, ...events];
}
