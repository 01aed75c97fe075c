import type { ContainerSummary } from '../core/domain/container.ts';
import type { GpuInventory } from '../core/domain/gpu.ts';
import { RmaError, toErrorDocument } from '../core/errors.ts';
import { type GpuUser, gpuUsers } from '../core/gpu/users.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
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
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
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
  invocation: Pick<Invocation, 'reporter'>,
  inventory: GpuInventory,
): Promise<GpuReport['users']> {
  try {
    const containers = (await host.engine.containers()).filter(({ state }) => ALIVE.includes(state));
    const busy = inventory.gpus.some(({ processes }) => processes !== null && processes.length > 0);
    const services = await Promise.all(
      containers.map(async (container) => ({
        ...container,
        pids: busy ? await host.engine.processes(container.id) : [],
      })),
    );
    return gpuUsers(inventory.gpus, services);
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message, hint } = toErrorDocument(error);
    const text = `which services use the GPUs is unknown: ${message}`;
    invocation.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
    return null;
  }
}
