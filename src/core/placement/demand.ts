import type {
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementService,
  PlacementVariant,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { classOf, deviceFault } from './device-fault.ts';
import { noneUsable, smallFraction, tooFew, unequal } from './unservable.ts';

/** A profile with the variant in which it runs. */
export interface ProfileChoice {
  readonly profile: PlacementProfile;
  readonly variant: PlacementVariant;
}

/** A service with what it requires of this machine, whatever else runs there. */
export interface Demand {
  readonly service: PlacementService;
  readonly profile: PlacementProfile;
  readonly variant: string;
  /** number of devices */
  readonly gpus: number;
  /** the least on each of them; `reservedOn` returns it for one device */
  readonly bytes: number;
  /** devices it can use; at least `gpus` of them are identical */
  readonly candidates: readonly PlacementDevice[];
}

/** A service that can never run on this machine, whatever else runs there. */
export interface Unservable {
  readonly ok: false;
  readonly service: PlacementService;
  readonly code: PlacementFault;
  readonly why: string;
}

export type Demands = { readonly ok: true; readonly demands: readonly Demand[] } | Unservable;

/** Returns the demand of each service of the profiles, shared ones once; the first unservable one instead, if any. */
export function demandsOf(choice: readonly ProfileChoice[], devices: readonly PlacementDevice[]): Demands {
  const demands = new Map<string, Demand>();
  for (const chosen of choice) {
    for (const service of chosen.variant.services) {
      if (demands.has(service.service)) continue;
      const demand = demandOf(service, chosen, devices);
      if ('ok' in demand) return demand;
      demands.set(service.service, demand);
    }
  }
  return { ok: true, demands: [...demands.values()] };
}

/**
 * Returns the memory on each GPU, bytes: weights and cache are divided among the GPUs of all its hosts, the overhead is on each.
 * @param gpus on one host
 */
export function needPerGpu(
  service: Pick<PlacementService, 'need' | 'kvHeads' | 'hosts'>,
  gpus: number,
): number {
  const { weightsBytes, overheadBytes } = service.need;
  return Math.ceil(weightsBytes / (gpus * (service.hosts ?? 1))) + kvPerGpu(service, gpus) + overheadBytes;
}

/** Returns what a demand reserves on a device, bytes: a fraction of its total, or what the models need. */
export function reservedOn(
  { service, bytes }: Pick<Demand, 'service' | 'bytes'>,
  { totalBytes }: Pick<PlacementDevice, 'totalBytes'>,
): number {
  return fractionOf(service, totalBytes) ?? bytes;
}

/** Returns what a demand reserves, for people: a fraction, or an amount. */
export function amountText({ service: { utilization = null }, bytes }: Demand): string {
  return utilization === null ? formatBytes(bytes) : `${utilization} of a GPU`;
}

/** Returns the requested fraction of a device's memory, bytes; null if none is requested. */
export function fractionOf(
  { utilization = null }: Pick<PlacementService, 'utilization'>,
  totalBytes: number,
): number | null {
  return utilization === null ? null : Math.ceil(utilization * totalBytes);
}

/**
 * Returns the KV cache on each GPU, bytes. A key-value head is never split between GPUs; of several hosts, each has that of its
 * layers.
 */
export function kvPerGpu(
  { need, kvHeads, hosts = 1 }: Pick<PlacementService, 'need' | 'kvHeads' | 'hosts'>,
  gpus: number,
): number {
  return Math.ceil(need.kvBytes / (Math.min(gpus, kvHeads ?? gpus) * hosts));
}

function demandOf(
  service: PlacementService,
  { profile, variant }: ProfileChoice,
  devices: readonly PlacementDevice[],
): Demand | Unservable {
  const refuse = (code: PlacementFault, why: string): Unservable => ({ ok: false, service, code, why });
  if (devices.every(({ unusable }) => unusable !== null))
    return refuse('RMA_GPU_NONE', noneUsable(service, devices));
  const usable = devices.filter((device) => deviceFault(device, service, profile) === null);
  const gpus = service.gpus === 'all' ? Math.max(1, usable.length) : service.gpus;
  const needed = needPerGpu(service, gpus);
  const candidates = usable.filter(({ totalBytes }) => (fractionOf(service, totalBytes) ?? needed) >= needed);
  if (candidates.length < gpus && usable.length >= gpus)
    return refuse('RMA_GPU_NO_FIT', smallFraction(service, needed, usable));
  if (candidates.length < gpus) return { ok: false, service, ...tooFew(service, profile, devices) };
  if (largestClass(candidates) < gpus) return refuse('RMA_GPU_UNEQUAL', unequal(gpus, candidates));
  const heads = service.attentionHeads;
  if (heads !== null && heads % gpus !== 0) {
    return refuse(
      'RMA_GPU_HEADS',
      `the model's ${heads} attention heads cannot be split evenly across ${gpus} GPUs`,
    );
  }
  return {
    service,
    profile,
    variant: variant.name,
    gpus,
    bytes: Math.min(...candidates.map(({ totalBytes }) => fractionOf(service, totalBytes) ?? needed)),
    candidates,
  };
}

function largestClass(candidates: readonly PlacementDevice[]): number {
  const sizes = new Map<string, number>();
  for (const device of candidates) sizes.set(classOf(device), (sizes.get(classOf(device)) ?? 0) + 1);
  return Math.max(0, ...sizes.values());
}
