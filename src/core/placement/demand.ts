import type {
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementService,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { deviceName, listed } from './device-name.ts';

/** A service with what follows from the devices of this box, whoever else is on them. */
export interface Demand {
  readonly ok: true;
  readonly service: PlacementService;
  readonly profile: PlacementProfile;
  readonly variant: string;
  /** how many devices */
  readonly gpus: number;
  /** on each of them */
  readonly bytes: number;
  /** devices it may be put on; at least `gpus` of them are alike */
  readonly candidates: readonly PlacementDevice[];
}

/** A service that cannot run on this box, whoever else is on it. */
export interface Undemandable {
  readonly ok: false;
  readonly service: PlacementService;
  readonly code: PlacementFault;
  readonly why: string;
}

/** Weights and cache are divided among the devices, the overhead is on each. Bytes. */
export function needPerGpu(service: Pick<PlacementService, 'need' | 'kvHeads'>, gpus: number): number {
  const { weightsBytes, overheadBytes } = service.need;
  return Math.ceil(weightsBytes / gpus) + kvPerGpu(service, gpus) + overheadBytes;
}

/** The cache on each of the devices, bytes: a head of keys and values is not cut in two. */
export function kvPerGpu(
  { need, kvHeads }: Pick<PlacementService, 'need' | 'kvHeads'>,
  gpus: number,
): number {
  return Math.ceil(need.kvBytes / Math.min(gpus, kvHeads ?? gpus));
}

/** What the service asks of this box, or why this box can never give it. */
export function demandOf(
  service: PlacementService,
  profile: PlacementProfile,
  variant: string,
  devices: readonly PlacementDevice[],
): Demand | Undemandable {
  const refuse = (code: PlacementFault, why: string): Undemandable => ({ ok: false, service, code, why });
  const usable = devices.filter(({ unusable }) => unusable === null);
  if (usable.length === 0) return refuse('RMA_GPU_NONE', noneUsable(devices));
  const candidates = devices.filter((device) => deviceFault(device, service, profile) === null);
  const gpus = service.gpus === 'all' ? Math.max(1, candidates.length) : service.gpus;
  if (candidates.length < gpus) return tooFew(service, profile, devices, candidates.length, refuse);
  const alike = largestClass(candidates);
  if (alike < gpus) return refuse('RMA_GPU_UNEQUAL', unequal(gpus, candidates));
  const heads = service.attentionHeads;
  if (heads !== null && heads % gpus !== 0) {
    return refuse('RMA_GPU_HEADS', `${gpus} GPUs do not divide the ${heads} attention heads of its model`);
  }
  return { ok: true, service, profile, variant, gpus, bytes: needPerGpu(service, gpus), candidates };
}

/** Why a device is nothing for the service, whoever else is on it and however much is free; null when it is. */
export function deviceFault(
  device: PlacementDevice,
  service: PlacementService,
  profile: PlacementProfile,
): string | null {
  if (device.unusable !== null) return device.unusable;
  if (service.allowed !== null && !service.allowed.includes(device.uuid)) {
    return 'is not among the GPUs it is to have';
  }
  if (service.gpus !== 1 && device.kind === 'mig') {
    return 'is a MIG device, which cannot be joined with others';
  }
  const least = profile.minGpuBytes;
  if (least !== null && device.totalBytes < least) {
    return `has ${formatBytes(device.totalBytes)} in total, profile ${profile.profile} asks for ${formatBytes(least)}`;
  }
  if (service.exclusive && device.othersBytes > 0) {
    return `holds ${formatBytes(device.othersBytes)} of other projects, and the service shares with nobody`;
  }
  return null;
}

/** Tensor parallelism wants GPUs that are alike: same name, same size. */
export function classOf(device: PlacementDevice): string {
  return `${device.kind} ${device.name} ${device.totalBytes}`;
}

type Refuse = (code: PlacementFault, why: string) => Undemandable;

function tooFew(
  service: PlacementService,
  profile: PlacementProfile,
  devices: readonly PlacementDevice[],
  found: number,
  refuse: Refuse,
): Undemandable {
  const wanted = service.gpus === 'all' ? 1 : service.gpus;
  const usable = devices.filter(({ unusable }) => unusable === null);
  // with enough of them here, it is their size or who holds them that stands in the way
  const free: PlacementService = { ...service, exclusive: false };
  const anySize: PlacementProfile = { ...profile, minGpuBytes: null };
  const here = usable.filter((device) => deviceFault(device, free, anySize) === null);
  if (here.length >= wanted || wanted === 1) {
    const named = devices.filter(({ uuid }) => service.allowed?.includes(uuid));
    const faults = (named.length === 0 ? usable : named).flatMap((device) => {
      const fault = deviceFault(device, service, profile);
      return fault === null ? [] : [`${deviceName(device)} ${fault}`];
    });
    return refuse('RMA_GPU_NO_FIT', listed(faults.slice(0, 3)));
  }
  const what = service.allowed === null ? 'that can be used' : 'that it may have';
  return refuse('RMA_GPU_TOO_FEW', `asks for ${wanted} GPUs, there ${count(found)} ${what}`);
}

function count(found: number): string {
  return found === 1 ? 'is 1' : `are ${found}`;
}

function noneUsable(devices: readonly PlacementDevice[]): string {
  if (devices.length === 0) return 'there is no GPU';
  return listed(devices.slice(0, 3).map((device) => `${deviceName(device)} ${device.unusable ?? ''}`));
}

function unequal(gpus: number, candidates: readonly PlacementDevice[]): string {
  const shown = candidates.slice(0, 4).map((device) => {
    return `${deviceName(device)} is ${device.name} with ${formatBytes(device.totalBytes)}`;
  });
  return `needs ${gpus} equal GPUs, but ${listed(shown)}`;
}

function largestClass(candidates: readonly PlacementDevice[]): number {
  const sizes = new Map<string, number>();
  for (const device of candidates) sizes.set(classOf(device), (sizes.get(classOf(device)) ?? 0) + 1);
  return Math.max(0, ...sizes.values());
}
