import type { PlacementDevice, PlacementProfile, PlacementService } from '../domain/placement.ts';
import { needPerGpu } from './demand.ts';
import { isFixed } from './solve.ts';

/**
 * The devices with room for what runs on them and is not acted on. It runs: that its need, which is computed, is more than
 * what others leave there now is no reason to refuse the profiles that are acted on. They get nothing of it.
 */
export function withStanding(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): readonly PlacementDevice[] {
  const standing = standingServices(profiles);
  return devices.map((device) => {
    const here = standing.filter(({ current }) => current?.includes(device.uuid));
    const needed = here.reduce((sum, service) => sum + needPerGpu(service, service.current?.length ?? 1), 0);
    return needed > device.availableBytes ? { ...device, availableBytes: needed } : device;
  });
}

/** One that several profiles name stands once. */
function standingServices(profiles: readonly PlacementProfile[]): readonly PlacementService[] {
  const running = profiles
    .filter(isFixed)
    .flatMap(({ variants, current }) => variants.find(({ name }) => name === current)?.services ?? []);
  return [...new Map(running.map((service) => [service.service, service])).values()];
}
