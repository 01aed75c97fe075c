import { enginesOf } from '../domain/engine-users.ts';
import type { ObservedContainer } from '../domain/observed.ts';
import type { Step } from './operation.ts';
import type { Uses } from './order.ts';
import type { AffectedWorker } from './plan-waits.ts';

/** Returns who uses which engines before and after the steps, and which workers start after their engines. Nothing moves. */
export function usesOf(
  workers: readonly AffectedWorker[],
  containers: readonly ObservedContainer[],
  steps: readonly Step[],
): Uses {
  const now = containers
    .filter(({ role }) => role === 'worker')
    .map((container) => [container.service, enginesOf(container, containers)] as const);
  const next = workers.map(({ service, engines }) => [service, engines] as const);
  const last = workers.filter((worker) => startsLast(worker, steps)).map(({ service }) => service);
  const onGpus = steps.flatMap((step) => (step.kind === 'check-gpus' ? [step.service] : []));
  return {
    now: new Map(now),
    next: new Map(next),
    last: new Set(last),
    moving: new Set(),
    onGpus: new Set(onGpus),
  };
}

/** A worker that is drained, or whose running engine stops, starts last, unless it has to fetch models itself. */
function startsLast({ service, engines }: AffectedWorker, steps: readonly Step[]): boolean {
  const fetches = steps.some(
    (step) => step.kind === 'fetch-model' && step.by === 'worker' && step.workers.includes(service),
  );
  if (fetches) return false;
  return steps.some(
    (step) =>
      (step.kind === 'drain-worker' && step.service === service) ||
      ((step.kind === 'recreate-service' || step.kind === 'restart-service') &&
        engines.includes(step.service)),
  );
}
