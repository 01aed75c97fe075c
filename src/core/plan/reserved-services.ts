import type { ReservedService } from '../domain/lock.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import type { Step } from './operation.ts';
import { ramNeed } from './plan-memory.ts';

interface Reserving {
  readonly services: readonly Pick<
    ServiceSpec,
    'name' | 'role' | 'profile' | 'resources' | 'gpus' | 'models' | 'engines'
  >[];
  /** by canonical reference */
  readonly models: ReadonlyMap<string, PinnedModel>;
}

/** Returns what a plan reserves for the services whose containers it creates; those without GPUs and models are left out. */
export function reservedServices(
  steps: readonly Step[],
  { services, models }: Reserving,
): readonly ReservedService[] {
  const created = new Set(
    steps.flatMap((step) =>
      step.kind === 'start-service' || step.kind === 'recreate-service' ? [step.service] : [],
    ),
  );
  return services
    .filter(({ name }) => created.has(name))
    .map((service) => ({
      service: service.name,
      devices: service.gpus?.devices ?? [],
      bytesPerGpu: service.gpus?.bytesPerDevice ?? 0,
      exclusive: service.gpus?.exclusive ?? false,
      ramBytes: ramNeed(service, models),
      workers: services
        .filter(({ role, engines }) => role === 'worker' && engines.includes(service.name))
        .map(({ name }) => name),
    }))
    .filter(({ devices, ramBytes }) => devices.length > 0 || ramBytes > 0);
}
