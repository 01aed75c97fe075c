import { enginesOf } from '../domain/engine-users.ts';
import type { ObservedContainer } from '../domain/observed.ts';
import type { DrainOperation, Step } from './operation.ts';
import type { ServiceStep } from './plan-services.ts';
import { mayServe } from './worker-phase.ts';

type DrainStep = Step<DrainOperation>;

/** What happens to a container that does not stay as it is, in the words of causes. */
const STOPPED: Readonly<Record<ServiceStep['kind'], string | null>> = {
  'start-service': null,
  'recreate-service': 'recreated',
  'restart-service': 'restarted',
  'remove-service': 'removed',
};

/**
 * Returns a drain for each running worker that is stopped itself or that uses an engine that is stopped, and a resume for
 * each of these that has no other step. What a worker uses is read from its container: its profile may have changed since.
 */
export function planDrains(
  services: readonly ServiceStep[],
  containers: readonly ObservedContainer[],
): { readonly drains: readonly DrainStep[]; readonly resumes: readonly DrainStep[] } {
  const stopped = new Map(
    services.flatMap(({ service, kind }): [string, string][] => {
      const verb = STOPPED[kind];
      return verb === null ? [] : [[service, verb]];
    }),
  );
  const workers = containers
    .filter((container) => container.role === 'worker' && mayServe(container))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
  const drains = workers.flatMap((worker): DrainStep[] => {
    const cause = causeOf(worker, containers, stopped);
    return cause === null
      ? []
      : [{ kind: 'drain-worker', service: worker.service, cause, destructive: false }];
  });
  const changed = new Set(services.map(({ service }) => service));
  const resumes = drains
    .filter(({ service }) => !changed.has(service))
    .map((drain): DrainStep => ({ ...drain, kind: 'resume-worker', cause: 'it was drained' }));
  return { drains, resumes };
}

function causeOf(
  worker: ObservedContainer,
  containers: readonly ObservedContainer[],
  stopped: ReadonlyMap<string, string>,
): string | null {
  const own = stopped.get(worker.service);
  if (own !== undefined) return `will be ${own}`;
  const engine = enginesOf(worker, containers).find((name) => stopped.has(name));
  return engine === undefined ? null : `its engine ${engine} will be ${stopped.get(engine)}`;
}
