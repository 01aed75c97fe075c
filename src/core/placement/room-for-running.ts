import type { PlacementDevice, PlacementProfile, PlacementService } from '../domain/placement.ts';
import { fractionOf, needPerGpu } from './demand.ts';
import { isFixed } from './solve.ts';

/**
 * Returns the devices with room for the services that run on them and are not part of the request. Their computed need may
 * exceed what other processes leave available; that does not reject the requested profiles, which get none of it.
 */
export function withRoomForRunning(
  devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
): readonly PlacementDevice[] {
  const running = profiles
    .filter(isFixed)
    .flatMap(({ variants, current }) => variants.find(({ name }) => name === current)?.services ?? []);
  const once = [...new Map(running.map((service) => [service.service, service])).values()];
  return devices.map((device) => {
    const here = once.filter(({ current }) => current?.includes(device.uuid));
    const needed = here.reduce((sum, service) => sum + reserved(service, device), 0);
    return needed > device.availableBytes ? { ...device, availableBytes: needed } : device;
  });
}

function reserved(service: PlacementService, { totalBytes }: PlacementDevice): number {
  return fractionOf(service, totalBytes) ?? needPerGpu(service, service.current?.length ?? 1);
}
