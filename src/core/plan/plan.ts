import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Operation } from './operation.ts';
import { planFiles } from './plan-files.ts';
import { planImages } from './plan-images.ts';
import { planModels } from './plan-models.ts';
import { planOrphans } from './plan-orphans.ts';
import { planPorts } from './plan-ports.ts';
import { planServices } from './plan-services.ts';
import type { Plan } from './plan-types.ts';
import { planVolumes } from './plan-volumes.ts';
import { summarise } from './summarise.ts';

export interface PlanOptions {
  /** remove containers of services that are no longer part of the project; else they are only told */
  readonly removeOrphans: boolean;
}

/** What must be done, in order, so that what is observed becomes what is desired. Decides everything, does nothing. */
export function plan(desired: Desired, observed: Observed, { removeOrphans }: PlanOptions): Plan {
  const files = planFiles(desired, observed);
  const volumes = planVolumes(desired, observed);
  const services = planServices(desired, observed);
  const models = planModels(desired, observed, services);
  const orphans = planOrphans(desired, observed, removeOrphans);
  const operations: Operation[] = [
    ...files,
    ...planImages(desired, observed),
    ...volumes.operations,
    ...models.operations,
    ...services,
    ...orphans.operations,
  ];
  return {
    operations,
    checks: [...planPorts(desired, observed), ...models.checks, ...volumes.checks, ...orphans.checks],
    summary: summarise(operations, observed.freeBytes),
  };
}
