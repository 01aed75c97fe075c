import type { PlacementDevice, PlacementProfile, PlacementService } from '../domain/placement.ts';
import { needPerGpu } from './demand.ts';
import { isFixed } from './solve.ts';

/**
 * Returns the devices with room for the services that run on them and that this request leaves alone. Their computed need
 * may exceed what other processes leave free now; that is no reason to refuse the requested profiles, which get nothing of it.
 */
export function withRoomForRunning(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): readonly PlacementDevice[] {
  const running = runningServices(profiles);
  return devices.map((device) => {
    const here = running.filter(({ current }) => current?.includes(device.uuid));
    const needed = here.reduce((sum, service) => sum + needPerGpu(service, service.current?.length ?? 1), 0);
    return needed > device.availableBytes ? { ...device, availableBytes: needed } : device;
  });
}

/** Returns each running service once, even if several profiles name it. */
function runningServices(profiles: readonly PlacementProfile[]): readonly PlacementService[] {
  const services = profiles
    .filter(isFixed)
    .flatMap(({ variants, current }) => variants.find(({ name }) => name === current)?.services ?? []);
  return [...new Map(services.map((service) => [service.service, service])).values()];
}
