import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { affectedWorkers } from './affected-workers.ts';
import { connect } from './connect.ts';
import type { CheckGpus, Step } from './operation.ts';
import { orderBy } from './order.ts';
import { planDrains } from './plan-drains.ts';
import { planFiles } from './plan-files.ts';
import { planFrozen } from './plan-frozen.ts';
import { type ImageOrigins, planImages } from './plan-images.ts';
import { planModels } from './plan-models.ts';
import { planOrphans } from './plan-orphans.ts';
import { planPorts } from './plan-ports.ts';
import { planServices, type ServiceStep } from './plan-services.ts';
import type { Plan } from './plan-types.ts';
import { planVolumes } from './plan-volumes.ts';
import { planWaits } from './plan-waits.ts';
import { scopeFor } from './scope.ts';
import { summarise } from './summarise.ts';
import { usesOf } from './uses.ts';

export interface UpOptions {
  /** name of the host */
  readonly host: string;
  /** profiles to act on; none: the whole project */
  readonly profiles: readonly string[];
  /** remove containers of services that are no longer part of the project; otherwise each causes a warning */
  readonly removeOrphans: boolean;
  /** profile that ran here → the other hosts that run it from now on: its services are removed; absent: none */
  readonly moved?: ReadonlyMap<string, readonly string[]> | undefined;
  /** digests of rma.lock, by image; absent: not frozen */
  readonly imageDigests?: ReadonlyMap<string, string> | undefined;
  /** image, in the form of `imageKey` → another host that has it; absent: images are not pushed */
  readonly pushable?: ReadonlyMap<string, string> | undefined;
  /** what provides the images; absent: a pull or a build of each that the engine lacks */
  readonly images?: readonly Step[];
}

/** Returns everything that has to happen, and its order, so that the observed state becomes the desired one. */
export function planUp(desired: DesiredState, observed: Observed, options: UpOptions): Plan {
  const scope = scopeFor(desired, observed, options.profiles);
  const { containers } = observed;
  const volumes = planVolumes(scope.desired, scope.observed);
  const orphans = planOrphans(scope, { remove: options.removeOrphans, moved: options.moved });
  const changed = [...orphans.steps, ...planServices(scope.desired, scope.observed)];
  const { drains, resumes } = planDrains(changed, containers);
  const models = planModels(scope.desired, scope.observed, changed);
  const workers = affectedWorkers(desired, scope);
  const services = [...changed, ...resumes];
  const ownCoordinator = desired.stack.services.some(({ role }) => role === 'coordinator');
  const waits = planWaits(workers, { services, fetches: models.steps, containers, ownCoordinator });
  const steps: readonly Step[] = [
    ...planFiles(scope.desired, scope.observed),
    ...(options.images ?? planImages(scope.desired, scope.observed, originsOf(options))),
    ...volumes.steps,
    ...models.steps,
    ...drains,
    ...inStartOrder(changed),
    ...resumes,
    ...waits.models,
    ...planGpuChecks(scope.desired, changed),
    ...waits.ready,
  ];
  const uses = { ...usesOf(workers, containers, steps), moving: orphans.moving };
  const operations = connect(steps, options.host, orderBy(uses));
  return {
    operations,
    checks: [
      ...planPorts(scope.desired, scope.observed),
      ...models.checks,
      ...volumes.checks,
      ...orphans.checks,
      ...(options.imageDigests === undefined
        ? []
        : planFrozen(scope.desired, scope.observed, options.imageDigests)),
    ],
    summary: summarise(operations, observed.freeBytes),
  };
}

function originsOf({ imageDigests: digests, pushable }: UpOptions): ImageOrigins {
  return { digests, pushable };
}

const ROLES = ['coordinator', 'worker', 'engine'] as const;

function inStartOrder(steps: readonly ServiceStep[]): readonly ServiceStep[] {
  return ROLES.flatMap((role) => steps.filter((step) => step.role === role));
}

function planGpuChecks(desired: DesiredState, changed: readonly ServiceStep[]): readonly Step<CheckGpus>[] {
  const started = new Set(
    changed.filter(({ kind }) => kind !== 'remove-service').map(({ service }) => service),
  );
  return desired.stack.services
    .filter(({ name, gpus }) => started.has(name) && gpus.length > 0)
    .map(({ name, gpus }) => ({
      kind: 'check-gpus',
      service: name,
      gpus,
      cause: 'GPU assignment must match the plan',
      destructive: false,
    }));
}
