import type { SelectedService } from '../domain/selection.ts';
import { EXIT } from '../errors.ts';
import { isBelow } from '../gpu/version-order.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns a warning for each engine on GPUs whose images require a newer driver than that of the machine. */
export function driverChecks(
  services: readonly SelectedService[],
  driverVersion: string | null,
): readonly PlanCheck[] {
  const engines = new Map(services.map(({ engine }) => [engine.name, engine]));
  return [...engines.values()]
    .filter(({ minDriver }) => isBelow(driverVersion, minDriver ?? null))
    .map(({ name, minDriver }) => ({
      level: 'warning',
      code: 'RMA_PLAN_DRIVER',
      message: `engine ${JSON.stringify(name)} requires NVIDIA driver ${minDriver} or later, but this machine has ${driverVersion}`,
      hint: 'update the driver, or set an image for an older CUDA version: --image ENGINE=IMAGE',
      exitCode: EXIT.ok,
      details: { engine: name, required: minDriver ?? '', driver: driverVersion ?? '' },
    }));
}
