import type { ContainerFacts } from '../../core/domain/container.ts';
import type { ServicePlacement } from '../../core/domain/placement.ts';
import { isAsPlanned } from '../../core/gpu/visible-inside.ts';
import type { CheckGpus } from '../../core/plan/operation.ts';
import { step } from '../desired/step.ts';
import { gpusInside } from '../observe/gpus-inside.ts';
import { whileEnginesRun } from './engine-guard.ts';
import type { Execution } from './execution.ts';
import { gpuFault, isSight } from './gpu-fault.ts';

/**
 * Checks that a container has access to exactly its assigned GPUs.
 * @throws RmaError RMA_GPU_MISMATCH, RMA_GPU_NOT_VISIBLE (1), RMA_ENGINE_FAILED (1), RMA_UP_TIMEOUT (7)
 */
export async function checkGpus(execution: Execution, { service }: CheckGpus): Promise<void> {
  const placement = execution.payload.placement.get(service);
  if (placement === undefined) throw new Error(`the plan checks ${service}, which has no placement`);
  await step(execution.invocation, `checking the GPUs of ${service}`, () =>
    whileEnginesRun(execution, [service], (signal) => check({ ...execution, signal }, placement)),
  );
}

async function check(execution: Execution, placement: ServicePlacement): Promise<void> {
  const { host, invocation, containers, signal } = execution;
  for (;;) {
    const container = await containers.waitFor((all) => running(all, placement.service), signal);
    const seen = await gpusInside(host, { ...invocation, signal }, container.id);
    if (isSight(seen) && isAsPlanned(placement.devices, seen)) return;
    // a loaded machine: repeated until the command's own deadline
    if (seen.how === 'timeout') continue;
    await containers.refresh();
    const now = await containers.waitFor((all) => running(all, placement.service), signal);
    // a container that exited during the check shows nothing
    if (!isSame(container, now)) continue;
    const fault = gpuFault(placement, seen);
    if (fault !== null) throw fault;
    return warnUnchecked(execution, placement.service);
  }
}

function warnUnchecked({ invocation }: Execution, service: string): void {
  const text = `${service}: cannot check its GPUs, the image has no program that lists them`;
  invocation.reporter.emit({ type: 'warning', code: 'RMA_GPU_UNCHECKED', text });
}

function running(containers: readonly ContainerFacts[], service: string): ContainerFacts | null {
  return containers.find((each) => each.service === service && each.state === 'running') ?? null;
}

function isSame(before: ContainerFacts, now: ContainerFacts): boolean {
  return now.id === before.id && now.restarts === before.restarts && now.startedAt === before.startedAt;
}
