import type { ReservedService } from '../domain/lock.ts';
import type { PlacementDevice, ServicePlacement } from '../domain/placement.ts';
import { EXIT } from '../errors.ts';
import { deviceName } from '../placement/device-name.ts';
import type { PlanCheck } from '../plan/plan-types.ts';
import { formatBytes } from '../units.ts';

/** Returns an error for each GPU of the services that is gone, cannot be used, or has too little memory left for them. */
export function rollbackGpus(
  needs: readonly ReservedService[],
  devices: readonly PlacementDevice[],
): readonly PlanCheck[] {
  const used = [...new Set(needs.flatMap((need) => need.devices))].sort();
  return used.flatMap((uuid): PlanCheck[] => {
    const services = needs.filter((need) => need.devices.includes(uuid));
    const names = services.map(({ service }) => service).join(', ');
    const device = devices.find((each) => each.uuid === uuid);
    if (device === undefined) return [noGpu(names, uuid, 'which this machine no longer has')];
    const { unusable } = device;
    if (unusable !== null) return [noGpu(names, uuid, `which ${unusable}`)];
    const other = device.usedExclusivelyBy;
    if (other !== null) return [noGpu(names, uuid, `which is used exclusively by ${other}`)];
    const needed = services.reduce((sum, { bytesPerGpu }) => sum + bytesPerGpu, 0);
    return needed > device.availableBytes ? [noMemory(names, device, needed)] : [];
  });
}

/** Returns what the services get of their GPUs. */
export function rollbackPlacement(
  needs: readonly ReservedService[],
  devices: readonly PlacementDevice[],
): ReadonlyMap<string, ServicePlacement> {
  return new Map(
    needs
      .filter((need) => need.devices.length > 0)
      .map(({ service, devices: uuids, bytesPerGpu, exclusive }) => {
        const own = devices.filter(({ uuid }) => uuids.includes(uuid));
        return [
          service,
          { service, devices: own, bytesPerGpu, kvBytesPerGpu: 0, exclusive, need: null },
        ] as const;
      }),
  );
}

function noGpu(services: string, uuid: string, why: string): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_ROLLBACK_GPU',
    message: `${services} ran on the GPU ${uuid}, ${why}`,
    hint: 'to list the GPUs: rma gpus; rma up places the services on those that can be used',
    exitCode: EXIT.notReady,
    details: { gpu: uuid },
  };
}

function noMemory(services: string, device: PlacementDevice, needed: number): PlanCheck {
  const { uuid, availableBytes } = device;
  return {
    level: 'error',
    code: 'RMA_ROLLBACK_GPU_MEMORY',
    message: `not enough memory on ${deviceName(device)}: ${formatBytes(availableBytes)} is available, and ${services} used ${formatBytes(needed)}`,
    hint: 'to see what uses it: rma gpus; stop that, or let rma up place the services on other GPUs',
    exitCode: EXIT.doesNotFit,
    details: { gpu: uuid, neededBytes: needed, availableBytes },
  };
}
