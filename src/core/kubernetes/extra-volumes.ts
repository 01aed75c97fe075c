import type { ExtraMountSpec, ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import type { ManifestMapping } from './manifest.ts';

const CLAIM_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** of a volume of a pod, characters */
const MAX_NAME = 63;

type Extra = Pick<ServiceSpec, 'extraMounts'>;

/** Returns the claim that a mount of the user refers to: that with the name of its volume; null for a directory of a host. */
export function extraClaim({ source }: ExtraMountSpec): string | null {
  return source.type === 'named' && CLAIM_NAME.test(source.name) ? source.name : null;
}

/** Returns the volumes that the user adds to a service, each once. */
export function extraVolumes(spec: Extra): readonly ManifestMapping[] {
  return [...new Set(claimed(spec).map(({ claim }) => claim))].map((claim) => ({
    name: volumeName(claim),
    persistentVolumeClaim: { claimName: claim },
  }));
}

export function extraVolumeMounts(spec: Extra): readonly ManifestMapping[] {
  return claimed(spec).map(({ claim, path, readOnly }) => ({
    name: volumeName(claim),
    mountPath: path,
    ...(readOnly ? { readOnly } : {}),
  }));
}

function claimed({ extraMounts = [] }: Extra) {
  return extraMounts.flatMap((mount) => {
    const claim = extraClaim(mount);
    return claim === null ? [] : [{ ...mount, claim }];
  });
}

/** Volumes of rma have names of their own. The hash tells claims apart whose names are too long for a volume of a pod. */
function volumeName(claim: string): string {
  const name = `extra-${claim}`;
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 11)}-${sha256Hex(claim).slice(0, 10)}`;
}
