import type { AccessMode, KubernetesSettings } from '../domain/config.ts';
import { pinnedBytes } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { VolumeSpec } from '../fleet/service-spec.ts';
import { formatBytes } from '../units.ts';
import {
  allRefs,
  claimName,
  type KubernetesInput,
  namespaceOf,
  pinnedOf,
  replicasOf,
  servicesOf,
} from './kubernetes-input.ts';
import { filled, type Manifest, type ManifestMapping } from './manifest.ts';
import { metadata, projectLabels } from './metadata.ts';
import { byteQuantity, wholeGib } from './quantity.ts';

/** Free space next to the models, for another version of one of them. */
export const HEADROOM = 1.1;
const MIN_BYTES = 10 * 2 ** 30;

/** Returns the size of all models of the project, bytes. */
export function modelBytes(input: KubernetesInput): number {
  return allRefs(input).reduce((sum, ref) => sum + pinnedBytes(pinnedOf(input, ref)), 0);
}

/** Returns the number of pods of engines: those that may run on different nodes. */
export function enginePods(input: KubernetesInput): number {
  return servicesOf(input, 'engine').reduce((sum, { name }) => sum + replicasOf(input, name), 0);
}

/**
 * Returns the access mode of the claim: the configured one, else ReadWriteOnce for one engine pod, and ReadWriteMany for more.
 * @throws RmaError RMA_KUBERNETES_ACCESS_MODE (2)
 */
export function accessMode(input: KubernetesInput): AccessMode {
  const { settings } = input;
  const mode = settings.accessMode ?? sharedMode(input);
  const replicated = servicesOf(input, 'engine').find(({ name }) => replicasOf(input, name) > 1);
  if (mode === 'ReadWriteOnce' && replicated !== undefined) {
    const pods = replicasOf(input, replicated.name);
    throw new RmaError(
      'RMA_KUBERNETES_ACCESS_MODE',
      `${replicated.name} has ${pods} replicas, but a ReadWriteOnce volume can be mounted on one node only`,
      {
        exitCode: EXIT.usage,
        hint: `use --access-mode rwx with a storage class that supports it, or --replicas ${replicated.name}=1`,
      },
    );
  }
  if (mode === 'ReadOnlyMany' && settings.existingClaim === null && settings.volumeName === null) {
    throw new RmaError(
      'RMA_KUBERNETES_ACCESS_MODE',
      'a ReadOnlyMany volume cannot be filled by a Job, and no existing volume is named',
      {
        exitCode: EXIT.usage,
        hint: 'name a volume that holds the models: --volume-name NAME or --existing-claim NAME; or use --access-mode rwx',
      },
    );
  }
  return mode;
}

/** Returns whether every pod that mounts the models runs on one node. */
export function isOnOneNode(input: KubernetesInput): boolean {
  const { strategy, existingClaim } = input.settings;
  return strategy === 'pvc' && existingClaim === null && accessMode(input) === 'ReadWriteOnce';
}

/**
 * Returns the claim for the models, and the volume behind it if the store is an NFS export or a directory of the nodes; nothing
 * for an existing claim, or if pods download the models.
 * @throws RmaError RMA_KUBERNETES_ACCESS_MODE (2), RMA_KUBERNETES_STORAGE (5)
 */
export function storageManifests(input: KubernetesInput): readonly Manifest[] {
  const { settings } = input;
  if (settings.strategy !== 'pvc') return [];
  const bytes = claimBytes(input);
  if (settings.existingClaim !== null) return [];
  const volume = volumeManifest(input, bytes);
  return [
    ...(volume === null ? [] : [volume]),
    claimManifest(input, bytes, volume?.object.metadata.name ?? null),
  ];
}

/** Returns whether the cluster provisions the volume of the claim, for which it needs a StorageClass. */
export function isProvisioned(input: KubernetesInput): boolean {
  const { existingClaim, volumeName } = input.settings;
  return existingClaim === null && volumeName === null && !hasOwnVolume(input);
}

/** An NFS export, or a directory of the nodes. */
function hasOwnVolume(input: KubernetesInput): boolean {
  const { source } = storeOf(input);
  return source.type === 'nfs' || (source.type === 'host' && input.allowHostPath);
}

/** Returns the access mode that the number of pods and the store require. */
export function sharedMode(input: KubernetesInput): AccessMode {
  return enginePods(input) > 1 || storeOf(input).source.type === 'nfs' ? 'ReadWriteMany' : 'ReadWriteOnce';
}

function storeOf({ fleet }: KubernetesInput): VolumeSpec {
  const store = fleet.volumes.find(({ role }) => role === 'store');
  if (store === undefined) throw new Error('the fleet declares no store');
  return store;
}

/** Returns the size of the claim, bytes. @throws RmaError RMA_KUBERNETES_STORAGE (5) */
export function claimBytes(input: KubernetesInput): number {
  const { storageBytes, existingClaim } = input.settings;
  const models = modelBytes(input);
  if (storageBytes === null) return Math.max(MIN_BYTES, wholeGib(models * HEADROOM));
  if (existingClaim === null && storageBytes < models) {
    throw new RmaError(
      'RMA_KUBERNETES_STORAGE',
      `the models need ${formatBytes(models)}, but kubernetes.storage is ${formatBytes(storageBytes)}`,
      {
        exitCode: EXIT.doesNotFit,
        hint: `use at least --storage ${byteQuantity(wholeGib(models * HEADROOM))}B, or leave it out`,
      },
    );
  }
  return storageBytes;
}

function claimManifest(input: KubernetesInput, bytes: number, ownVolume: string | null): Manifest {
  const { settings } = input;
  const volumeName = settings.volumeName ?? ownVolume;
  return {
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: metadata(input, claimName(input)),
      spec: {
        accessModes: [accessMode(input)],
        volumeMode: 'Filesystem',
        resources: { requests: { storage: byteQuantity(bytes) } },
        ...storageClass(settings, ownVolume),
        ...filled('volumeName', volumeName),
      },
    },
    comment: claimComment(input, ownVolume),
    comments: {
      'spec.accessModes': modeComment(input),
      'spec.resources': sizeComment(input),
    },
  };
}

/** The empty class keeps a claim away from the provisioner of the default class. */
function storageClass({ storageClass: name }: KubernetesSettings, ownVolume: string | null): ManifestMapping {
  if (name !== null) return { storageClassName: name };
  return ownVolume === null ? {} : { storageClassName: '' };
}

function claimComment(input: KubernetesInput, ownVolume: string | null): string {
  const writer = input.helpers.has('uploader') ? 'pod model-uploader' : 'Job';
  const models = `The models. Only the ${writer} writes to them; all other pods mount them read-only.`;
  if (ownVolume !== null) return models;
  return `${models}\nIf the reclaim policy of the StorageClass is Delete, the models are deleted together with this claim.`;
}

function modeComment(input: KubernetesInput): string {
  const pods = enginePods(input);
  switch (accessMode(input)) {
    case 'ReadWriteOnce':
      return 'One engine pod, or all on one node: the pods that mount the models run on the same node.';
    case 'ReadWriteMany':
      return pods > 1
        ? `${pods} engine pods, which can run on different nodes. The StorageClass must support this mode.`
        : 'Pods on different nodes can mount the models. The StorageClass must support this mode.';
    case 'ReadOnlyMany':
      return 'The volume already holds the models: there is no Job that downloads them.';
  }
}

function sizeComment(input: KubernetesInput): string {
  const models = `The models are ${formatBytes(modelBytes(input))}`;
  return input.settings.storageBytes === null ? `${models}; 10 % more, at least 10 GiB.` : `${models}.`;
}

/** Returns the volume of an NFS export or a directory of the nodes; null: the cluster provisions it. */
function volumeManifest(input: KubernetesInput, bytes: number): Manifest | null {
  const { source } = storeOf(input);
  if (input.settings.volumeName !== null || !hasOwnVolume(input)) return null;
  const { project } = input.fleet;
  const spec = {
    capacity: { storage: byteQuantity(bytes) },
    accessModes: [accessMode(input)],
    volumeMode: 'Filesystem',
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: '',
  };
  const { uid, gid } = input.owner;
  return {
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `${namespaceOf(project, input.settings)}-models`, labels: projectLabels(project) },
      spec: {
        ...spec,
        ...(source.type === 'nfs'
          ? {
              mountOptions: source.mountOptions.split(','),
              nfs: { server: source.server.replaceAll(/^\[|\]$/g, ''), path: source.path },
            }
          : { hostPath: { path: source.type === 'host' ? source.path : '', type: 'Directory' } }),
      },
    },
    comment:
      source.type === 'nfs'
        ? `The NFS export with the models. It must be writable for ${uid}:${gid}.`
        : `A directory of each node, which must exist and belong to ${uid}:${gid}: for clusters with one node.`,
    comments: { 'spec.persistentVolumeReclaimPolicy': 'The models stay when the claim is deleted.' },
  };
}
