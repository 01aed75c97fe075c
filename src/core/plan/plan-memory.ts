import { EXIT } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { formatBytes } from '../units.ts';
import type { PlanCheck } from './plan-types.ts';

type Service = Pick<ServiceSpec, 'name' | 'profile' | 'resources'>;

export interface MemoryRequest {
  /** those that run after the plan */
  readonly services: readonly Service[];
  /** names of those that the plan starts */
  readonly starting: ReadonlySet<string>;
  /** RAM of the machine that runs the containers, bytes; null: unknown */
  readonly totalBytes: number | null;
  /** RAM that services of other projects reserve, bytes */
  readonly othersBytes: number;
}

/**
 * Compares the RAM of the services with that of their host. A service that is to start and cannot fit by itself is an error; limits that
 * add up to more than the host has are a warning, since not every service uses all of its limit.
 */
export function planMemory(request: MemoryRequest): readonly PlanCheck[] {
  const { services, starting, totalBytes, othersBytes } = request;
  if (totalBytes === null) return [];
  const errors = services.flatMap((service) => {
    if (!starting.has(service.name)) return [];
    const needed = service.resources.neededRamBytes;
    return needed > totalBytes - othersBytes ? [tooBig(service, needed, request)] : [];
  });
  if (errors.length > 0) return errors;
  const limited = services.filter(({ resources }) => resources.memoryLimitBytes !== null);
  const limit = limited.reduce((sum, { resources }) => sum + (resources.memoryLimitBytes ?? 0), 0);
  return limit > totalBytes ? [overcommitted(limited, limit, totalBytes)] : [];
}

function tooBig(
  { name, profile }: Service,
  needed: number,
  { totalBytes, othersBytes }: MemoryRequest,
): PlanCheck {
  const total = totalBytes ?? 0;
  const reserved = othersBytes > 0 ? `, of which other projects reserve ${formatBytes(othersBytes)}` : '';
  return {
    level: 'error',
    code: 'RMA_PLAN_NO_RAM',
    message: `${name} needs at least ${formatBytes(needed)} of RAM; the host has ${formatBytes(total)}${reserved}`,
    hint: `choose a smaller variant: rma profiles show ${profile?.name ?? ''}; or another profile: rma profiles ls`,
    exitCode: EXIT.doesNotFit,
    details: { service: name, neededBytes: needed, totalBytes: total },
  };
}

function overcommitted(services: readonly Service[], limit: number, total: number): PlanCheck {
  const largest = services.reduce((a, b) => (limitOf(b) > limitOf(a) ? b : a));
  const share = `${largest.name}: ${formatBytes(limitOf(largest))}`;
  return {
    level: 'warning',
    code: 'RMA_PLAN_RAM',
    message: `the memory limits of ${services.length} services add up to ${formatBytes(limit)} (${share}); the host has ${formatBytes(total)} of RAM`,
    hint: 'the kernel may kill an engine when all are busy: choose a smaller variant or fewer profiles, or lower `memory` in the profile',
    exitCode: EXIT.ok,
    details: { limitBytes: limit, totalBytes: total },
  };
}

function limitOf({ resources }: Service): number {
  return resources.memoryLimitBytes ?? 0;
}
