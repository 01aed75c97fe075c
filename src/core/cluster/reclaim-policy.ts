import * as z from 'zod/mini';
import { type Schema, valueOrNull } from '../schema/parse.ts';
import { type KubernetesObject, objectName } from './kubernetes-object.ts';

/** A claim whose models would be deleted with it. */
export interface ReclaimRisk {
  readonly text: string;
  readonly hint: string;
}

/** What the claim of an export may be backed by. */
export interface ClaimFacts {
  /** those that exist, of the export */
  readonly existing: readonly KubernetesObject[];
  /** PersistentVolumes and StorageClasses of the cluster and of the export */
  readonly volumes: readonly KubernetesObject[];
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/**
 * Returns the claims whose volume is deleted together with them: by the policy of the bound volume, else of the StorageClass
 * that provisions it. A claim whose volume and class are unknown has no entry.
 */
export function reclaimRisks(
  objects: readonly KubernetesObject[],
  { existing, volumes }: ClaimFacts,
): readonly ReclaimRisk[] {
  return objects.flatMap((object) => {
    const claim = valueOrNull(claimSchema, object);
    if (claim === null) return [];
    const name = objectName(object);
    const bound = existing.flatMap((each) =>
      objectName(each) === name ? (valueOrNull(claimSchema, each)?.spec ?? []) : [],
    );
    const spec = { ...claim.spec, ...bound[0] };
    return spec.volumeName === undefined
      ? ofClass(name, spec.storageClassName, volumes)
      : ofVolume(name, spec.volumeName, volumes);
  });
}

function ofVolume(claim: string, name: string, volumes: readonly KubernetesObject[]): readonly ReclaimRisk[] {
  const found = volumes.find(({ kind, metadata }) => kind === 'PersistentVolume' && metadata.name === name);
  const policy = valueOrNull(volumeSchema, found)?.spec.persistentVolumeReclaimPolicy;
  if (policy === undefined || policy === 'Retain') return [];
  return [
    {
      text: riskText(claim, `PersistentVolume ${name}`, policy),
      hint: `to keep them: kubectl patch persistentvolume ${name} --patch '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`,
    },
  ];
}

/** Without a name, the newest default class of the cluster provisions the volume; all of them are candidates here. */
function ofClass(
  claim: string,
  name: string | undefined,
  volumes: readonly KubernetesObject[],
): readonly ReclaimRisk[] {
  const classes = volumes.flatMap((each) => valueOrNull(classSchema, each) ?? []);
  const found = classes.find(({ metadata }) =>
    name === undefined ? metadata.annotations?.[DEFAULT_CLASS] === 'true' : metadata.name === name,
  );
  if (found === undefined) return [];
  const policy = found.reclaimPolicy ?? 'Delete';
  if (policy === 'Retain') return [];
  return [
    {
      text: riskText(claim, `StorageClass ${found.metadata.name}`, policy),
      hint: 'use a StorageClass with the reclaim policy Retain: --storage-class NAME; or change the policy of the volume once the claim is bound',
    },
  ];
}

function riskText(claim: string, owner: string, policy: string): string {
  return `the reclaim policy of ${owner} is ${policy}: the models are deleted together with ${claim}`;
}

const claimSchema: Schema<{
  readonly spec: { readonly volumeName?: string | undefined; readonly storageClassName?: string | undefined };
}> = z.object({
  kind: z.literal('PersistentVolumeClaim'),
  spec: z.object({ volumeName: z.optional(z.string()), storageClassName: z.optional(z.string()) }),
});
const volumeSchema = z.object({
  spec: z.object({ persistentVolumeReclaimPolicy: z.optional(z.string()) }),
});
const classSchema = z.object({
  kind: z.literal('StorageClass'),
  metadata: z.object({
    name: z.string(),
    annotations: z.optional(z.record(z.string(), z.string())),
  }),
  reclaimPolicy: z.optional(z.string()),
});
