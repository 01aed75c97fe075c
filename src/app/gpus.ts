import type { ContainerSummary } from '../core/domain/container.ts';
import type { GpuInventory } from '../core/domain/gpu.ts';
import type { PlannedReservation } from '../core/domain/lock.ts';
import { RmaError, toErrorDocument } from '../core/errors.ts';
import { type GpuUser, gpuUsers } from '../core/gpu/users.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { observeUse, validOf } from './observe/observe-locks.ts';
import { probeGpus } from './observe/probe-gpus.ts';

/** The GPUs of a host and what uses them. */
export interface GpuReport {
  readonly host: string;
  readonly inventory: GpuInventory;
  /** rma's services by UUID of the GPU or MIG device that they hold; null when Docker is not available */
  readonly users: ReadonlyMap<string, readonly GpuUser[]> | null;
}

const ALIVE: readonly ContainerSummary['state'][] = ['running', 'paused', 'restarting'];

/** Returns the GPUs and the services of all projects that use them. Without Docker the services are unknown, which is a warning. */
export async function gpuReport(
  host: Pick<Host, 'name' | 'engine' | 'gpus' | 'facts'>,
  invocation: Pick<Invocation, 'reporter' | 'signal' | 'processes'>,
): Promise<GpuReport> {
  const inventory = await probeGpus(host, invocation);
  for (const { code, message, hint } of inventory.warnings) {
    invocation.reporter.emit({ type: 'warning', code, text: message, hint });
  }
  const users = inventory.gpus.length === 0 ? null : await serviceUsers(host, invocation, inventory);
  return { host: host.name, inventory, users };
}

async function serviceUsers(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'reporter' | 'processes'>,
  inventory: GpuInventory,
): Promise<GpuReport['users']> {
  try {
    const { allContainers, locks } = await observeUse(host, invocation);
    const containers = allContainers.filter(({ state }) => ALIVE.includes(state));
    const busy = inventory.gpus.some(({ processes }) => processes !== null && processes.length > 0);
    const services = await Promise.all(
      containers.map(async (container) => ({
        ...container,
        pids: busy ? await host.engine.processes(container.id) : [],
      })),
    );
    return gpuUsers(inventory.gpus, [...services, ...plannedServices(validOf(locks), containers)]);
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message, hint } = toErrorDocument(error);
    const text = `which services use the GPUs is unknown: ${message}`;
    invocation.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
    return null;
  }
}

/** Returns the services that accepted plans reserve GPUs for and that have no container yet. */
function plannedServices(planned: readonly PlannedReservation[], containers: readonly ContainerSummary[]) {
  const exists = ({ project, service }: PlannedReservation): boolean =>
    containers.some((container) => container.project === project && container.service === service);
  return planned
    .filter((each) => !exists(each))
    .map(({ project, service, devices, bytesPerGpu }) => {
      return { project, service, name: null, gpus: devices, gpuBytes: bytesPerGpu, pids: [] };
    });
}
