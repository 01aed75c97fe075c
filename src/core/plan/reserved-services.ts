import type { ReservedService } from '../domain/lock.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import type { Step } from './operation.ts';

type Service = Pick<ServiceSpec, 'name' | 'role' | 'resources' | 'gpus' | 'engines'>;

/** Returns what services need for themselves; those that need neither GPUs nor RAM are left out. */
export function serviceNeeds(services: readonly Service[]): readonly ReservedService[] {
  return services
    .map((service) => ({
      service: service.name,
      devices: service.gpus?.devices ?? [],
      bytesPerGpu: service.gpus?.bytesPerDevice ?? 0,
      exclusive: service.gpus?.exclusive ?? false,
      ramBytes: service.resources.neededRamBytes,
      workers: services
        .filter(({ role, engines }) => role === 'worker' && engines.includes(service.name))
        .map(({ name }) => name),
    }))
    .filter(({ devices, ramBytes }) => devices.length > 0 || ramBytes > 0);
}

/** Returns what a plan reserves: the needs of the services whose containers it creates. */
export function reservedServices(
  steps: readonly Step[],
  needs: readonly ReservedService[],
): readonly ReservedService[] {
  const created = new Set(
    steps.flatMap((step) =>
      step.kind === 'start-service' || step.kind === 'recreate-service' ? [step.service] : [],
    ),
  );
  return needs.filter(({ service }) => created.has(service));
}
