import type {
  PlacementDevice,
  PlacementProfile,
  PlacementService,
} from '../../../src/core/domain/placement.ts';

type Pair = readonly [profile: string, variant: string];

/** Tries all assignments. Returns the first combination of variants that fits; null if there is none. */
export function fitsByBruteForce(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): readonly Pair[] | null {
  for (const names of combinations(profiles)) {
    const services = names.flatMap(([name, variant]) => {
      const profile = profiles.find((each) => each.profile === name);
      const found = profile?.variants.find((each) => each.name === variant)?.services ?? [];
      return found.map((service) => ({ service, least: profile?.minGpuBytes ?? 0 }));
    });
    const held = new Map<string, PlacementService[]>();
    if (goesOn(services, devices, { held, used: new Map() })) return names;
  }
  return null;
}

function combinations(profiles: readonly PlacementProfile[]): readonly (readonly Pair[])[] {
  const [first, ...rest] = profiles;
  if (first === undefined) return [[]];
  return first.variants.flatMap(({ name }) =>
    combinations(rest).map((more): readonly Pair[] => [[first.profile, name], ...more]),
  );
}

/** The memory that earlier services use, by device UUID. */
interface Taken {
  readonly held: ReadonlyMap<string, readonly PlacementService[]>;
  readonly used: ReadonlyMap<string, number>;
}

function goesOn(
  services: readonly { readonly service: PlacementService; readonly least: number }[],
  devices: readonly PlacementDevice[],
  { held, used }: Taken,
): boolean {
  const [first, ...rest] = services;
  if (first === undefined) return true;
  const { service, least } = first;
  const mayHave = devices.filter(
    ({ uuid, unusable, totalBytes, kind }) =>
      unusable === null &&
      (service.allowed?.includes(uuid) ?? true) &&
      totalBytes >= least &&
      (service.gpus === 1 || kind === 'gpu' || (service.gpus === 'all' && service.allowed?.length === 1)),
  );
  const count = service.gpus === 'all' ? Math.max(1, mayHave.length) : service.gpus;
  return subsets(mayHave, count).some((some) => {
    if ((service.attentionHeads ?? count) % count !== 0) return false;
    if (new Set(some.map(({ name, totalBytes }) => `${name} ${totalBytes}`)).size > 1) return false;
    const bytes = bytesOnEach(service, some);
    if (bytes === null) return false;
    const fits = some.every(({ uuid, availableBytes }) => {
      const there = held.get(uuid) ?? [];
      const twin = there.some(
        (each) => service.replicaGroup !== null && each.replicaGroup === service.replicaGroup,
      );
      const alone = there.some(({ exclusive }) => exclusive) || (service.exclusive && there.length > 0);
      return !twin && !alone && (used.get(uuid) ?? 0) + bytes <= availableBytes;
    });
    if (!fits) return false;
    const moreHeld = new Map(held);
    const moreUsed = new Map(used);
    for (const { uuid } of some) {
      moreHeld.set(uuid, [...(held.get(uuid) ?? []), service]);
      moreUsed.set(uuid, (used.get(uuid) ?? 0) + bytes);
    }
    return goesOn(rest, devices, { held: moreHeld, used: moreUsed });
  });
}

/** Returns what the service takes of each of these equal devices; null if it requests less than it needs. */
function bytesOnEach(
  { need, kvHeads, utilization = null }: PlacementService,
  devices: readonly PlacementDevice[],
): number | null {
  const { length: count } = devices;
  const cache = Math.ceil(need.kvBytes / Math.min(count, kvHeads ?? count));
  const needed = Math.ceil(need.weightsBytes / count) + cache + need.overheadBytes;
  if (utilization === null) return needed;
  const bytes = Math.ceil(utilization * (devices[0]?.totalBytes ?? 0));
  return bytes < needed ? null : bytes;
}

function subsets<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  if (count === 0) return [[]];
  return items.flatMap((item, at) =>
    subsets(items.slice(at + 1), count - 1).map((more): readonly T[] => [item, ...more]),
  );
}
