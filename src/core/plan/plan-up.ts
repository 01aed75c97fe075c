import type { Desired } from '../domain/desired.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { connect } from './connect.ts';
import { enginesOf } from './engine-users.ts';
import type { CheckGpus, Step } from './operation.ts';
import { orderBy } from './order.ts';
import { planDrains } from './plan-drains.ts';
import { planFiles } from './plan-files.ts';
import { planImages } from './plan-images.ts';
import { planModels } from './plan-models.ts';
import { planOrphans } from './plan-orphans.ts';
import { planPorts } from './plan-ports.ts';
import { planServices, type ServiceStep } from './plan-services.ts';
import type { Plan } from './plan-types.ts';
import { planVolumes } from './plan-volumes.ts';
import { type AffectedWorker, planWaits } from './plan-waits.ts';
import { type PlanScope, scopeOf } from './scope.ts';
import { summarise } from './summarise.ts';
import { usesOf } from './uses.ts';

export interface UpOptions {
  /** name of the host */
  readonly host: string;
  /** profiles to act on; none: the whole project */
  readonly profiles: readonly string[];
  /** remove containers of services that are no longer part of the project; otherwise each causes a warning */
  readonly removeOrphans: boolean;
}

/** Returns everything that has to happen, and its order, so that the observed state becomes the desired one. */
export function planUp(desired: Desired, observed: Observed, options: UpOptions): Plan {
  const scope = scopeOf(desired, observed, options.profiles);
  const { containers } = observed;
  const volumes = planVolumes(scope.desired, scope.observed);
  const orphans = planOrphans(scope, options.removeOrphans);
  const changed = [...orphans.steps, ...planServices(scope.desired, scope.observed)];
  const { drains, resumes } = planDrains(changed, containers);
  const models = planModels(scope.desired, scope.observed, changed);
  const workers = affectedWorkers(scope);
  const services = [...changed, ...resumes];
  const ownCoordinator = desired.stack.services.some(({ role }) => role === 'coordinator');
  const waits = planWaits(workers, { services, fetches: models.steps, containers, ownCoordinator });
  const steps: readonly Step[] = [
    ...planFiles(scope.desired, scope.observed),
    ...planImages(scope.desired, scope.observed),
    ...volumes.steps,
    ...models.steps,
    ...drains,
    ...inStartOrder(changed),
    ...resumes,
    ...waits.models,
    ...planGpuChecks(scope.desired, changed),
    ...waits.ready,
  ];
  const operations = connect(steps, options.host, orderBy(usesOf(workers, containers, steps)));
  return {
    operations,
    checks: [
      ...planPorts(scope.desired, scope.observed),
      ...models.checks,
      ...volumes.checks,
      ...orphans.checks,
    ],
    summary: summarise(operations, observed.freeBytes),
  };
}

const ROLES = ['coordinator', 'worker', 'engine'] as const;

function inStartOrder(steps: readonly ServiceStep[]): readonly ServiceStep[] {
  return ROLES.flatMap((role) => steps.filter((step) => step.role === role));
}

/** Returns the workers to act on, and the other workers of the project that run. */
function affectedWorkers({ desired, whole }: PlanScope): readonly AffectedWorker[] {
  const requested = desired.stack.services.filter(({ role }) => role === 'worker');
  const names = new Set(requested.map(({ name }) => name));
  const find = (name: string): ObservedContainer | null =>
    whole.containers.find(({ service }) => service === name) ?? null;
  const others = whole.containers.filter(({ role, service }) => role === 'worker' && !names.has(service));
  return [
    ...requested.map(({ name, engines }) => ({
      service: name,
      engines,
      container: find(name),
      requested: true,
    })),
    ...others.map((container) => ({
      service: container.service,
      engines: enginesOf(container, whole.containers),
      container,
      requested: false,
    })),
  ];
}

function planGpuChecks(desired: Desired, changed: readonly ServiceStep[]): readonly Step<CheckGpus>[] {
  const started = new Set(
    changed.filter(({ kind }) => kind !== 'remove-service').map(({ service }) => service),
  );
  return desired.stack.services
    .filter(({ name, gpus }) => started.has(name) && gpus.length > 0)
    .map(({ name, gpus }) => ({
      kind: 'check-gpus',
      service: name,
      gpus,
      cause: 'it must see exactly its GPUs',
      destructive: false,
    }));
}
