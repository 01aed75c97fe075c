import type {
  PlacementDevice,
  PlacementFault,
  PlacementProfile,
  PlacementService,
} from '../domain/placement.ts';
import { formatBytes } from '../units.ts';
import { classOf, deviceFault } from './device-fault.ts';
import { deviceName, listed, shortList } from './device-name.ts';

/** Returns why no device of the machine is usable; of the selected ones, if any are selected. */
export function noneUsable(service: PlacementService, devices: readonly PlacementDevice[]): string {
  if (devices.length === 0) return 'no GPU found';
  const relevant = relevantDevices(service, devices);
  if (relevant.length === 0) return NONE_SELECTED;
  return shortList(grouped(relevant.map((device) => ({ device, fault: device.unusable ?? '' }))));
}

/** Returns why fewer devices than requested can be used, with the devices that decide it. */
export function tooFew(
  service: PlacementService,
  profile: PlacementProfile,
  devices: readonly PlacementDevice[],
): { readonly code: PlacementFault; readonly why: string } {
  const required = service.gpus === 'all' ? 1 : service.gpus;
  const relevant = relevantDevices(service, devices);
  if (relevant.length === 0) return { code: 'RMA_GPU_NO_FIT', why: NONE_SELECTED };
  const faults = shortList(faultsOf(service, profile, relevant));
  // enough of them without regard to size and other projects: one of these is the reason
  const shareable = { ...service, exclusive: false };
  const anySize = { ...profile, minGpuBytes: null };
  const present = relevant.filter(
    (device) => deviceFault({ ...device, usedExclusivelyBy: null }, shareable, anySize) === null,
  );
  if (required === 1) return { code: 'RMA_GPU_NO_FIT', why: faults };
  if (present.length >= required) {
    return { code: 'RMA_GPU_NO_FIT', why: `requires ${required} GPUs, but ${faults}` };
  }
  const found = relevant.filter((device) => deviceFault(device, service, profile) === null).length;
  const which = service.allowed === null ? '' : ' of those selected for it';
  const why = faults === '' ? '' : `: ${faults}`;
  return {
    code: 'RMA_GPU_TOO_FEW',
    why: `requires ${required} GPUs, but only ${found}${which} ${found === 1 ? 'is' : 'are'} usable${why}`,
  };
}

/** Returns why a fraction of these devices is too small for the service. */
export function smallFraction(
  { utilization }: PlacementService,
  neededBytes: number,
  devices: readonly PlacementDevice[],
): string {
  const shown = devices.map(
    (device) => `${formatBytes((utilization ?? 0) * device.totalBytes)} of ${deviceName(device)}`,
  );
  return `needs ${formatBytes(neededBytes)}, but its utilization of ${utilization} is ${shortList(shown)}`;
}

/** Returns why so many devices are not identical: each kind, with its devices. */
export function unequal(gpus: number, candidates: readonly PlacementDevice[]): string {
  const firsts = candidates.filter(
    (device, at) => candidates.findIndex((other) => classOf(other) === classOf(device)) === at,
  );
  const shown = firsts.map((first) => {
    const alike = candidates.filter((device) => classOf(device) === classOf(first));
    const each = alike.length === 1 ? 'is' : 'are each';
    return `${listed(alike.map(deviceName))} ${each} a ${first.name} with ${formatBytes(first.totalBytes)}`;
  });
  return `requires ${gpus} identical GPUs, but ${shortList(shown)}`;
}

const NONE_SELECTED = 'none of the GPUs selected for it exists';

/** The devices that the service may use. A GPU in MIG mode is represented by its MIG devices. */
function relevantDevices(
  { allowed }: PlacementService,
  devices: readonly PlacementDevice[],
): readonly PlacementDevice[] {
  if (allowed !== null) return devices.filter(({ uuid }) => allowed.includes(uuid));
  return devices.filter(
    ({ kind, index, unusable }) =>
      kind === 'mig' ||
      unusable === null ||
      !devices.some((other) => other.kind === 'mig' && other.index === index),
  );
}

/** Faults that another request or the end of another service removes come first. */
function faultsOf(
  service: PlacementService,
  profile: PlacementProfile,
  devices: readonly PlacementDevice[],
): readonly string[] {
  const ranked = devices.toSorted((a, b) => Number(a.unusable !== null) - Number(b.unusable !== null));
  const faulty = ranked.flatMap((device) => {
    const fault = deviceFault(device, service, profile);
    return fault === null ? [] : [{ device, fault }];
  });
  return grouped(faulty);
}

/** Returns one sentence for each fault, with all devices that have it. */
function grouped(
  faulty: readonly { readonly device: PlacementDevice; readonly fault: string }[],
): readonly string[] {
  const faults = new Set(faulty.map(({ fault }) => fault));
  return [...faults].map((fault) => {
    const names = faulty.filter((each) => each.fault === fault).map(({ device }) => deviceName(device));
    return `${shortList(names)} ${names.length === 1 ? fault : plural(fault)}`;
  });
}

function plural(fault: string): string {
  return fault.replace(/^has /, 'each have ').replace(/^is /, 'are each ');
}
