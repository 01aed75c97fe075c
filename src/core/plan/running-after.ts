import type { ObservedContainer } from '../domain/observed.ts';
import type { Step } from './operation.ts';

type RunningContainer = Pick<ObservedContainer, 'service' | 'state'>;

/** Returns the services whose containers run when the steps are complete. */
export function runningAfter(
  steps: readonly Step[],
  containers: readonly RunningContainer[],
): ReadonlySet<string> {
  const running = new Set(
    containers.filter(({ state }) => state === 'running').map(({ service }) => service),
  );
  for (const service of servicesOf(steps, STOPS)) running.delete(service);
  for (const service of servicesOf(steps, STARTS)) running.add(service);
  return running;
}

/** Returns the services that the steps start, recreate, restart or resume. */
export function startedServices(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(servicesOf(steps, STARTS));
}

const STOPS: ReadonlySet<Step['kind']> = new Set<Step['kind']>(['drain-worker', 'remove-service']);
const STARTS: ReadonlySet<Step['kind']> = new Set<Step['kind']>([
  'start-service',
  'recreate-service',
  'restart-service',
  'resume-worker',
]);

function servicesOf(steps: readonly Step[], kinds: ReadonlySet<Step['kind']>): readonly string[] {
  return steps.flatMap((step) => ('service' in step && kinds.has(step.kind) ? [step.service] : []));
}
