import type { KubernetesObject } from '../../core/cluster/kubernetes-object.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import { type ClusterProject, ownObjects } from './own-objects.ts';

/**
 * Removes what rma applied for a project, but not the claim with its models, Secrets and the namespace. Returns the objects that
 * it removed, or with `dryRun` would remove.
 */
export async function removeExport(
  kubectl: Kubectl,
  project: ClusterProject,
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<readonly KubernetesObject[]> {
  await kubectl.version();
  const objects = await ownObjects(kubectl, project);
  if (!dryRun) await kubectl.remove(project.namespace, objects, signal);
  return objects;
}
