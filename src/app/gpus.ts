import type { GpuInventory } from '../core/domain/gpu.ts';
import { RmaError, toErrorDocument } from '../core/errors.ts';
import { type GpuUser, gpuUsers } from '../core/gpu/users.ts';
import type { Box } from '../ports/box.ts';
import type { ContainerFacts } from '../ports/docker-host.ts';

/** The GPUs of this machine and what uses them. */
export interface GpuReport {
  readonly host: string;
  readonly inventory: GpuInventory;
  /** rma's services by UUID of the GPU or MIG device that they hold; null when Docker does not tell */
  readonly users: ReadonlyMap<string, readonly GpuUser[]> | null;
}

const ALIVE: readonly ContainerFacts['state'][] = ['running', 'paused', 'restarting'];

/** Reads GPUs and, where there are some, which services of all projects hold them. Without Docker the services are unknown, and a warning says so. */
export async function gpuReport(box: Box): Promise<GpuReport> {
  const inventory = await box.gpus.probe(box.signal);
  for (const { code, message, hint } of inventory.warnings) {
    box.reporter.emit({ type: 'warning', code, text: message, hint });
  }
  const users = inventory.gpus.length === 0 ? null : await serviceUsers(box, inventory);
  return { host: box.hostName, inventory, users };
}

async function serviceUsers(box: Box, inventory: GpuInventory): Promise<GpuReport['users']> {
  try {
    const containers = (await box.docker.containers(null)).filter(({ state }) => ALIVE.includes(state));
    const busy = inventory.gpus.some(({ processes }) => processes !== null && processes.length > 0);
    const services = await Promise.all(
      containers.map(async (container) => ({
        ...container,
        pids: busy ? await box.docker.processes(container.id) : [],
      })),
    );
    return gpuUsers(inventory.gpus, services);
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message, hint } = toErrorDocument(error);
    const text = `which services use the GPUs is unknown: ${message}`;
    box.reporter.emit({ type: 'warning', code, text, ...(hint !== undefined && { hint }) });
    return null;
  }
}
