import type { ContainerFacts, ContainerUsage } from '../core/domain/container.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type GpuReport, gpuReport } from './gpus.ts';
import { projectContainers } from './observe/project-containers.ts';

/** A service and what it uses now. */
export interface ServiceUse {
  readonly container: ContainerFacts;
  /** null if it is not running */
  readonly usage: ContainerUsage | null;
  /** bytes that its processes use on the GPUs; null if there are none or the driver reports no number */
  readonly gpuBytes: number | null;
}

/** The GPUs of a host, and the services of one project there. */
export interface HostUse {
  readonly gpus: GpuReport;
  readonly services: readonly ServiceUse[];
}

/** Returns what a project uses of a host now; takes a second or two. @throws RmaError RMA_DOCKER_* (3) */
export async function hostUse(
  host: Pick<Host, 'name' | 'engine' | 'gpus' | 'facts'>,
  invocation: Pick<Invocation, 'reporter' | 'signal' | 'processes'>,
  project: string,
): Promise<HostUse> {
  const containers = await projectContainers(host, project);
  const [gpus, usages] = await Promise.all([
    gpuReport(host, invocation),
    Promise.all(containers.map(async (container) => usageOf(host, container))),
  ]);
  return {
    gpus,
    services: containers.map((container, at) => ({
      container,
      usage: usages[at] ?? null,
      gpuBytes: gpuBytesOf(container, gpus),
    })),
  };
}

async function usageOf(
  { engine }: Pick<Host, 'engine'>,
  { id, state }: ContainerFacts,
): Promise<ContainerUsage | null> {
  return state === 'running' || state === 'paused' ? engine.usage(id) : null;
}

function gpuBytesOf({ name }: ContainerFacts, { users }: GpuReport): number | null {
  const measured = [...(users?.values() ?? [])]
    .flat()
    .flatMap(({ container, measuredBytes }) => (container === name ? (measuredBytes ?? []) : []));
  return measured.length === 0 ? null : measured.reduce((sum, bytes) => sum + bytes, 0);
}
