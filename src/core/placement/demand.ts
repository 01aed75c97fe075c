import type {
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementService,
  PlacementVariant,
} from '../domain/placement.ts';
import { isBelow } from '../gpu/version-order.ts';
import { formatBytes } from '../units.ts';
import { deviceName, listed } from './device-name.ts';

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
  /** on each of them */
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

/** Returns the memory on each GPU, bytes: weights and cache are divided among the GPUs, the overhead is on each. */
export function needPerGpu(service: Pick<PlacementService, 'need' | 'kvHeads'>, gpus: number): number {
  const { weightsBytes, overheadBytes } = service.need;
  return Math.ceil(weightsBytes / gpus) + kvPerGpu(service, gpus) + overheadBytes;
}

/** Returns the KV cache on each GPU, bytes. A key-value head is never split between GPUs. */
export function kvPerGpu(
  { need, kvHeads }: Pick<PlacementService, 'need' | 'kvHeads'>,
  gpus: number,
): number {
  return Math.ceil(need.kvBytes / Math.min(gpus, kvHeads ?? gpus));
}

/** Returns why the service can never use the device, however much is free; null when it can. */
export function deviceFault(
  device: PlacementDevice,
  service: PlacementService,
  profile: Pick<PlacementProfile, 'profile' | 'minGpuBytes'>,
): string | null {
  if (device.unusable !== null) return device.unusable;
  if (service.allowed !== null && !service.allowed.includes(device.uuid)) {
    return 'is not one of the GPUs selected for the service';
  }
  if (service.gpus !== 1 && device.kind === 'mig') {
    return 'is a MIG device, which cannot be combined with others';
  }
  if (isBelow(device.computeCapability, service.minCompute ?? null)) {
    return `has compute capability ${device.computeCapability}, but the engine requires ${service.minCompute}`;
  }
  const least = profile.minGpuBytes;
  if (least !== null && device.totalBytes < least) {
    return `has ${formatBytes(device.totalBytes)} in total, but profile ${profile.profile} requires ${formatBytes(least)}`;
  }
  if (device.usedExclusivelyBy !== null) return `is used exclusively by ${device.usedExclusivelyBy}`;
  if (service.exclusive && device.othersBytes > 0) {
    return `is shared with other projects (${formatBytes(device.othersBytes)}), but the service needs exclusive GPUs`;
  }
  return null;
}

/** Returns the key of identical devices. Tensor parallelism needs GPUs of the same name and size. */
export function classOf(device: PlacementDevice): string {
  return `${device.kind} ${device.name} ${device.totalBytes}`;
}

function demandOf(
  service: PlacementService,
  { profile, variant }: ProfileChoice,
  devices: readonly PlacementDevice[],
): Demand | Unservable {
  const refuse = (code: PlacementFault, why: string): Unservable => ({ ok: false, service, code, why });
  if (devices.every(({ unusable }) => unusable !== null)) return refuse('RMA_GPU_NONE', noneUsable(devices));
  const candidates = devices.filter((device) => deviceFault(device, service, profile) === null);
  const gpus = service.gpus === 'all' ? Math.max(1, candidates.length) : service.gpus;
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
    bytes: needPerGpu(service, gpus),
    candidates,
  };
}

function noneUsable(devices: readonly PlacementDevice[]): string {
  if (devices.length === 0) return 'no GPU found';
  return listed(devices.slice(0, 3).map((device) => `${deviceName(device)} ${device.unusable ?? ''}`));
}

function tooFew(
  service: PlacementService,
  profile: PlacementProfile,
  devices: readonly PlacementDevice[],
): Pick<Unservable, 'code' | 'why'> {
  const required = service.gpus === 'all' ? 1 : service.gpus;
  const usable = devices.filter(({ unusable }) => unusable === null);
  // enough of them without regard to size and other projects: one of these is the reason
  const shareable = { ...service, exclusive: false };
  const anySize = { ...profile, minGpuBytes: null };
  const present = usable.filter(
    (device) => deviceFault({ ...device, usedExclusivelyBy: null }, shareable, anySize) === null,
  );
  if (present.length >= required || required === 1) {
    const selected = devices.filter(({ uuid }) => service.allowed?.includes(uuid));
    const faults = (selected.length === 0 ? usable : selected).flatMap((device) => {
      const fault = deviceFault(device, service, profile);
      return fault === null ? [] : [`${deviceName(device)} ${fault}`];
    });
    return { code: 'RMA_GPU_NO_FIT', why: listed(faults.slice(0, 3)) };
  }
  const found = devices.filter((device) => deviceFault(device, service, profile) === null).length;
  const which = service.allowed === null ? '' : ' of those selected for it';
  return {
    code: 'RMA_GPU_TOO_FEW',
    why: `requires ${required} GPUs, but only ${found}${which} ${found === 1 ? 'is' : 'are'} usable`,
  };
}

function unequal(gpus: number, candidates: readonly PlacementDevice[]): string {
  const shown = candidates.slice(0, 4).map((device) => {
    return `${deviceName(device)} is a ${device.name} with ${formatBytes(device.totalBytes)}`;
  });
  return `requires ${gpus} identical GPUs, but ${listed(shown)}`;
}

function largestClass(candidates: readonly PlacementDevice[]): number {
  const sizes = new Map<string, number>();
  for (const device of candidates) sizes.set(classOf(device), (sizes.get(classOf(device)) ?? 0) + 1);
  return Math.max(0, ...sizes.values());
}
