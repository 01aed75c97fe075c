import type { ObservedContainer } from '../domain/observed.ts';
import type { DrainOperation, FetchModel, ServiceOperation, Step, WorkerWait } from './operation.ts';
import { runningAfter } from './running-after.ts';
import { isFetching, isReady, mayServe } from './worker-phase.ts';

/** A worker that may run after the plan. */
export interface AffectedWorker {
  readonly service: string;
  /** the engine services that it uses after the plan */
  readonly engines: readonly string[];
  /** its container before the plan; null when there is none */
  readonly container: ObservedContainer | null;
  /** true when the command names it: it must be ready, whatever it was before */
  readonly requested: boolean;
  /** whether its definition is the desired one, so that it works with engines of new definitions */
  readonly fitsNewEngines: boolean;
}

/** What a plan does to containers and models before it waits. */
export interface Changes {
  readonly services: readonly (Step<ServiceOperation> | Step<DrainOperation>)[];
  readonly fetches: readonly Step<FetchModel>[];
  /** the project's containers before the plan */
  readonly containers: readonly ObservedContainer[];
  /** whether workers register with a coordinator that the project runs itself */
  readonly ownCoordinator: boolean;
}

type WaitStep = Step<WorkerWait>;

const COORDINATOR = 'coordinator';
const RESUMED = 'resumed';

const STARTED: Readonly<Record<Changes['services'][number]['kind'], string | null>> = {
  'start-service': 'started',
  'recreate-service': 'recreated',
  'restart-service': 'restarted',
  'resume-worker': RESUMED,
  'drain-worker': null,
  'remove-service': null,
};

/**
 * Returns the waits for workers that a plan affects: until their models are present, where they may be missing, and until
 * they are ready. A worker whose engines or coordinator do not run is not waited for: it cannot become ready.
 */
export function planWaits(
  workers: readonly AffectedWorker[],
  changes: Changes,
): { readonly models: readonly WaitStep[]; readonly ready: readonly WaitStep[] } {
  const started = new Map(
    changes.services.flatMap(({ service, kind }): [string, string][] => {
      const verb = STARTED[kind];
      return verb === null ? [] : [[service, verb]];
    }),
  );
  const running = runningAfter(changes.services, changes.containers);
  const waited = workers.flatMap((worker) => {
    const needed = [worker.service, ...worker.engines, ...(changes.ownCoordinator ? [COORDINATOR] : [])];
    const runs = needed.every((service) => running.has(service));
    const cause = runs ? causeOf(worker, started) : null;
    return cause === null ? [] : [{ worker, cause }];
  });
  const step = (kind: WaitStep['kind'], { service, engines }: AffectedWorker, cause: string): WaitStep => ({
    kind,
    service,
    engines,
    cause,
    destructive: false,
  });
  return {
    models: waited
      .filter(({ worker }) => mayLackModels(worker, started, changes.fetches))
      .map(({ worker }) => step('wait-for-models', worker, 'its engines need the models')),
    ready: waited.map(({ worker, cause }) => step('wait-until-ready', worker, cause)),
  };
}

/** Returns why a worker is waited for; null when it is not. One that the command does not name is to be as ready as it was. */
function causeOf(worker: AffectedWorker, started: ReadonlyMap<string, string>): string | null {
  if (!worker.requested && !(worker.container !== null && isReady(worker.container))) return null;
  const own = started.get(worker.service);
  const engine = worker.engines.find((name) => started.has(name));
  const verb = engine === undefined ? undefined : started.get(engine);
  if (!worker.fitsNewEngines && (verb === 'started' || verb === 'recreated')) return null;
  const changed = engine === undefined ? null : `its engine ${engine} will be ${verb}`;
  if (own === undefined) return causeOfRunning(worker, changed, started.get(COORDINATOR));
  return own === RESUMED ? (changed ?? 'it was drained') : `will be ${own}`;
}

/** Returns why a worker that has no step of its own is waited for; null when it is not. */
function causeOfRunning(
  { container }: AffectedWorker,
  engine: string | null,
  coordinator: string | undefined,
): string | null {
  if (container === null || !mayServe(container)) return null;
  const { worker } = container;
  if (engine !== null) return engine;
  if (coordinator !== undefined) return `the coordinator will be ${coordinator}`;
  if (isReady(container)) return null;
  if (worker === null) return 'its state is unknown';
  return worker.state === 'ready' ? 'it is not registered' : `it is ${worker.state}`;
}

function mayLackModels(
  { service, container }: AffectedWorker,
  started: ReadonlyMap<string, string>,
  fetches: readonly Step<FetchModel>[],
): boolean {
  if (fetches.some(({ by, workers }) => by === 'worker' && workers.includes(service))) return true;
  if (container === null || container.state !== 'running') return true;
  if (isFetching(container)) return true;
  return started.has(service) && (container.worker === null || container.worker.state === 'failed');
}
