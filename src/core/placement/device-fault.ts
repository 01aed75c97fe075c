import type { PlacementDevice, PlacementProfile, PlacementService } from '../domain/placement.ts';
import { isBelow } from '../gpu/version-order.ts';
import { formatBytes } from '../units.ts';

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
  if (isCombined(service) && device.kind === 'mig') {
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

/** Whether the service runs on several devices; `all` of one selected device is that device. */
function isCombined({ gpus, allowed }: PlacementService): boolean {
  return gpus === 'all' ? allowed?.length !== 1 : gpus !== 1;
}
