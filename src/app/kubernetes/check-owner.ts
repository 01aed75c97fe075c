import { type KubernetesObject, objectName } from '../../core/cluster/kubernetes-object.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { ClusterProject } from './own-objects.ts';

/**
 * Checks that existing objects with the names of an export are those of an earlier export of the project: an apply would take
 * them over. A namespace may be the administrator's.
 * @throws RmaError RMA_KUBERNETES_NOT_OWN (3)
 */
export function checkOwner(
  existing: readonly KubernetesObject[],
  { project, namespace }: ClusterProject,
): void {
  const other = existing.find((each) => each.kind !== 'Namespace' && ownerOf(each) !== project);
  if (other === undefined) return;
  const owner = ownerOf(other);
  const fault = owner === null ? 'was not created by rma' : `belongs to project ${owner}`;
  const claim =
    other.kind === 'PersistentVolumeClaim'
      ? `; to use the claim as it is: --existing-claim ${other.metadata.name}`
      : '';
  throw new RmaError(
    'RMA_KUBERNETES_NOT_OWN',
    `${objectName(other)} in namespace ${namespace} exists already, and ${fault}`,
    { exitCode: EXIT.notReady, hint: `use another namespace: set kubernetes.namespace in rma.yaml${claim}` },
  );
}

/** Returns the project that an object was exported for; null: it was not created by rma. */
function ownerOf({ metadata: { labels = {} } }: KubernetesObject): string | null {
  if (labels['app.kubernetes.io/managed-by'] !== 'rma') return null;
  return labels['app.kubernetes.io/part-of'] ?? null;
}
