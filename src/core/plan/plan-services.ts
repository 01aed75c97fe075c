import type { DesiredService, DesiredState } from '../domain/desired-state.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { type DefinitionChange, definitionChanges } from './definition-change.ts';
import type { ServiceOperation, Step } from './operation.ts';
import { type SecretChange, secretChanges } from './secret-changes.ts';
import { MISSING_MODELS, NO_CONTAINER, troubleOf } from './service-trouble.ts';
import { isFetching } from './worker-phase.ts';

/** Starts, recreates, restarts or removes a service. */
export type ServiceStep = Step<ServiceOperation>;

/** Returns one step for each service that is not as desired, in the order of the Compose file. */
export function planServices(desired: DesiredState, observed: Observed): readonly ServiceStep[] {
  const changedSecret = secretChanges(desired, observed);
  const changedDefinition = definitionChanges(observed.composeText, desired.stack.text);
  const containers = new Map(observed.containers.map((container) => [container.service, container]));
  return desired.stack.services.flatMap((service): ServiceStep[] => {
    const change = changeOf(service, containers.get(service.name), {
      changedSecret,
      changedDefinition,
      observed,
    });
    return change === null
      ? []
      : [{ ...change, service: service.name, role: service.role, destructive: false }];
  });
}

type ServiceChange = Pick<ServiceStep, 'kind' | 'cause'>;

interface Comparison {
  readonly changedSecret: SecretChange;
  readonly changedDefinition: DefinitionChange;
  readonly observed: Observed;
}

function changeOf(
  service: DesiredService,
  container: ObservedContainer | undefined,
  { changedSecret, changedDefinition, observed }: Comparison,
): ServiceChange | null {
  if (container === undefined) return { kind: 'start-service', cause: NO_CONTAINER };
  if (container.configHash !== service.configHash) {
    return { kind: 'recreate-service', cause: changedDefinition(container) };
  }
  if (service.imageId !== undefined && container.imageId !== service.imageId)
    return { kind: 'recreate-service', cause: 'it runs another image' };
  const trouble = troubleOf(container);
  if (trouble !== null) return trouble;
  const cause = changedSecret(service, container) ?? missingModels(service, container, observed);
  return cause === null ? null : { kind: 'restart-service', cause };
}

/** A worker that has finished its own check does not notice models that were deleted later. */
function missingModels(
  service: DesiredService,
  container: ObservedContainer,
  observed: Observed,
): string | null {
  if (container.worker === null || isFetching(container)) return null;
  const missing = service.models.some((ref) => {
    const check = observed.store?.get(ref);
    return check !== undefined && check.state !== 'present';
  });
  return missing ? MISSING_MODELS : null;
}
