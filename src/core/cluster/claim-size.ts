import * as z from 'zod/mini';
import { type Schema, valueOrNull } from '../schema/parse.ts';
import { isSameObject, type KubernetesObject } from './kubernetes-object.ts';

interface ClaimSpec {
  readonly resources: { readonly requests: { readonly storage: string } };
}

const claimSchema: Schema<{ readonly kind: 'PersistentVolumeClaim'; readonly spec: ClaimSpec }> = z.object({
  kind: z.literal('PersistentVolumeClaim'),
  spec: z.looseObject({ resources: z.looseObject({ requests: z.looseObject({ storage: z.string() }) }) }),
});

/** Returns the objects, with the size of each claim that exists and is larger: Kubernetes does not shrink a claim. */
export function keepClaimSizes(
  objects: readonly KubernetesObject[],
  existing: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  return objects.map((object) => {
    const claim = valueOrNull(claimSchema, object);
    const old = existing.find((each) => isSameObject(each, object));
    const size =
      old === undefined ? undefined : valueOrNull(claimSchema, old)?.spec.resources.requests.storage;
    if (claim === null || size === undefined) return object;
    const { resources } = claim.spec;
    if ((quantityBytes(size) ?? 0) <= (quantityBytes(resources.requests.storage) ?? 0)) return object;
    const requests = { ...resources.requests, storage: size };
    return { ...object, spec: { ...claim.spec, resources: { ...resources, requests } } };
  });
}

const UNITS = ['k', 'M', 'G', 'T', 'P', 'E'];

/** Parses a quantity of Kubernetes such as `10Gi`, `500M` or `1e9` to bytes; null for any other text. */
export function quantityBytes(text: string): number | null {
  const [, amount, unit = '', binary = ''] =
    /^(\d+(?:\.\d+)?(?:[eE]\d+)?)(?:([kKMGTPE])(i?))?$/.exec(text) ?? [];
  if (amount === undefined) return null;
  const power = unit === '' ? 0 : UNITS.indexOf(unit === 'K' ? 'k' : unit) + 1;
  return Number(amount) * (binary === '' ? 1000 : 1024) ** power;
}
