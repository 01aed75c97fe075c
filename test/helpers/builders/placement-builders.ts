import type {
  GpuNeed,
  NotPlaced,
  Placed,
  Placement,
  PlacementDevice,
  PlacementProfile,
  PlacementService,
} from '../../../src/core/domain/placement.ts';

export const GIB = 2 ** 30;

/** Returns a GPU of this size in GiB, all of it available. */
export function device(index: number, gib: number, change: Partial<PlacementDevice> = {}): PlacementDevice {
  return {
    uuid: `GPU-${index}`,
    index,
    name: `Card ${gib}`,
    kind: 'gpu',
    totalBytes: gib * GIB,
    computeCapability: '8.9',
    availableBytes: gib * GIB,
    foreignBytes: 0,
    othersBytes: 0,
    usedExclusivelyBy: null,
    unusable: null,
    ...change,
  };
}

/** Returns a memory need without cache and overhead. */
export function need(gib: number, change: Partial<GpuNeed> = {}): GpuNeed {
  return { weightsBytes: Math.round(gib * GIB), kvBytes: 0, overheadBytes: 0, basis: 'header', ...change };
}

/** Returns a service that needs this many GiB on one GPU. */
export function service(name: string, gib: number, change: Partial<PlacementService> = {}): PlacementService {
  return {
    service: name,
    gpus: 1,
    need: need(gib),
    context: 4096,
    concurrency: 1,
    exclusive: false,
    allowed: null,
    attentionHeads: null,
    kvHeads: null,
    replicaGroup: null,
    current: null,
    measuredBytes: null,
    ...change,
  };
}

/** Returns a profile with the variants `best`, `second`, `third`, … of these services. */
export function profile(
  name: string,
  variants: readonly (readonly PlacementService[])[],
  change: Partial<PlacementProfile> = {},
): PlacementProfile {
  const names = ['best', 'second', 'third', 'fourth'];
  return {
    profile: name,
    minGpuBytes: null,
    recommendedGpuBytes: null,
    variants: variants.map((services, at) => ({ name: names[at] ?? `variant-${at}`, services })),
    current: null,
    requested: null,
    fixed: false,
    ...change,
  };
}

/** Returns a successful placement; fails the test otherwise. */
export function ok(placement: Placement): Placed {
  if (!placement.ok) throw new Error(placement.message);
  return placement;
}

/** Returns a failed placement; fails the test otherwise. */
export function refused(placement: Placement): NotPlaced {
  if (placement.ok) throw new Error('it was placed');
  return placement;
}
