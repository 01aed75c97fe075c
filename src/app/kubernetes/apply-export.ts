import { keepClaimSizes } from '../../core/cluster/claim-size.ts';
import { compareObjects, type ObjectChange } from '../../core/cluster/compare-objects.ts';
import { isSameObject, type KubernetesObject } from '../../core/cluster/kubernetes-object.ts';
import { checkDevices } from '../../core/cluster/node-resources.ts';
import { type ReclaimRisk, reclaimRisks } from '../../core/cluster/reclaim-policy.ts';
import { requiredSecrets } from '../../core/cluster/required-secrets.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Kubectl } from '../../ports/kubectl.ts';
import { checkOwner } from './check-owner.ts';
import { followRollout } from './follow-rollout.ts';
import { ownObjects } from './own-objects.ts';

/** An export for one namespace, as objects and as the YAML that kubectl gets. */
export interface Export {
  readonly project: string;
  readonly namespace: string;
  readonly objects: readonly KubernetesObject[];
  readonly yaml: (objects: readonly KubernetesObject[]) => string;
}

export interface ApplyOptions {
  /** removes objects of earlier exports that this one does not have */
  readonly prune: boolean;
  readonly forceConflicts: boolean;
  /** timeout for the engines after the models are present, seconds */
  readonly waitSeconds: number;
  /** called before anything changes; rejects to stop */
  readonly accept: (preview: Preview) => Promise<void>;
}

/** What an apply changes. */
export interface Preview {
  /** what is applied: the export, with the size of a claim that exists and is larger, and the namespace only if the user may change it */
  readonly objects: readonly KubernetesObject[];
  readonly changes: readonly ObjectChange[];
  /** objects of earlier exports that this one does not have */
  readonly stale: readonly KubernetesObject[];
  /** warnings of the server, one line each */
  readonly warnings: readonly string[];
  /** claims whose models would be deleted with them */
  readonly reclaimRisks: readonly ReclaimRisk[];
}

type Parts = Pick<Invocation, 'clock' | 'reporter' | 'signal'>;

/**
 * Applies an export and waits until its models are in the store and its Deployments are ready. The cluster checks all objects
 * first, without changing anything, if the namespace exists.
 * @throws RmaError of Kubectl, RMA_KUBERNETES_NOT_OWN (3), RMA_KUBERNETES_NO_NODE (5), of followRollout
 */
export async function applyExport(
  kubectl: Kubectl,
  invocation: Parts,
  request: Export & ApplyOptions,
): Promise<Preview> {
  const preview = await previewExport(kubectl, invocation, request);
  await request.accept(preview);
  const { signal } = invocation;
  const { namespace, prune, forceConflicts, yaml } = request;
  const { changes, objects } = preview;
  const options = { dryRun: false, forceConflicts, signal };
  if (changes.some(({ object, change }) => isNamespace(object) && change === 'create')) {
    await kubectl.apply(yaml(objects.filter(isNamespace)), options);
    // only now can the cluster check the other objects
    await kubectl.apply(yaml(objects), { ...options, dryRun: true });
  }
  if (changes.some(({ change }) => change !== 'none')) await kubectl.apply(yaml(objects), options);
  if (prune) await kubectl.remove(namespace, preview.stale, signal);
  await followRollout(kubectl, invocation, request);
  return preview;
}

/** Returns what an apply would change, from a dry run on the server. @throws RmaError as applyExport */
export async function previewExport(
  kubectl: Kubectl,
  { signal }: Pick<Parts, 'signal'>,
  request: Export & Pick<ApplyOptions, 'forceConflicts'>,
): Promise<Preview> {
  await kubectl.version();
  const { yaml } = request;
  const requested = await changeable(kubectl, request);
  const existing = await kubectl.existing(yaml(requested));
  checkOwner(existing, request);
  const nodes = await kubectl.nodes();
  const objects = keepClaimSizes(requested, existing);
  if (nodes !== null) checkDevices(objects, nodes);
  await checkSecrets(kubectl, request);
  const isNew = objects.some((each) => isNamespace(each) && !existing.some((old) => isSameObject(old, each)));
  // the server checks nothing in a namespace that does not exist
  const checked = isNew ? objects.filter(isNamespace) : objects;
  const dryRun = { dryRun: true, forceConflicts: request.forceConflicts, signal };
  const { objects: after, warnings } = await kubectl.apply(yaml(checked), dryRun);
  const unchecked = isNew ? objects.filter((each) => !isNamespace(each)) : [];
  return {
    objects,
    changes: compareObjects(existing, [...after, ...unchecked]),
    stale: isNew ? [] : await staleObjects(kubectl, request),
    warnings,
    reclaimRisks: reclaimRisks(objects, { existing, volumes: [...objects, ...(await kubectl.volumes())] }),
  };
}

/** The roles of a namespace do not include the namespace itself, which then is its administrator's. */
async function changeable(
  kubectl: Kubectl,
  { namespace, objects }: Export,
): Promise<readonly KubernetesObject[]> {
  const mayChange = !objects.some(isNamespace) || (await kubectl.mayChangeNamespace(namespace));
  return mayChange ? objects : objects.filter((each) => !isNamespace(each));
}

async function checkSecrets(kubectl: Kubectl, { namespace, objects }: Export): Promise<void> {
  const [first] = await kubectl.missingSecrets(namespace, requiredSecrets(objects));
  if (first === undefined) return;
  throw new RmaError(
    'RMA_KUBERNETES_SECRET',
    `namespace ${namespace} has no Secret ${first}, which pods mount`,
    {
      exitCode: EXIT.notReady,
      hint: 'create it with the commands at the top of the output of: rma export kubernetes',
    },
  );
}

async function staleObjects(
  kubectl: Kubectl,
  { project, namespace, objects }: Export,
): Promise<readonly KubernetesObject[]> {
  const own = await ownObjects(kubectl, { project, namespace });
  return own.filter((each) => !objects.some((object) => isSameObject(object, each)));
}

function isNamespace({ kind }: KubernetesObject): boolean {
  return kind === 'Namespace';
}
