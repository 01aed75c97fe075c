import type { DesiredService, DesiredState } from '../domain/desired-state.ts';
import type { ModelCheck } from '../domain/model-check.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { type PinnedModel, pinnedBytes } from '../domain/pinned-model.ts';
import { EXIT } from '../errors.ts';
import { fits, noRoomText } from '../store/room.ts';
import type { FetchModel, Step } from './operation.ts';
import type { ServiceStep } from './plan-services.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns a fetch for each model that is missing in the store, and an error when there is not enough space for them. */
export function planModels(
  desired: DesiredState,
  observed: Observed,
  services: readonly ServiceStep[],
): { readonly steps: readonly FetchStep[]; readonly checks: readonly PlanCheck[] } {
  const refs = [...new Set(desired.stack.services.flatMap(({ models }) => models))].sort();
  const steps = refs.flatMap((ref): FetchStep[] => {
    const model = desired.models.get(ref);
    if (model === undefined) throw new Error(`${ref} was not resolved`);
    const need = needOf(model, desired, observed);
    if (need === null) return [];
    const owners = ownersOf(ref, desired);
    const by = owners.some((owner) => isReplaced(owner, observed, services)) ? 'one-off' : 'worker';
    const workers = owners.map(({ name }) => name);
    return [{ kind: 'fetch-model', ref, ...need, by, workers, destructive: false }];
  });
  // models in a store that could not be read may be present: the worker checks for space itself
  const needed = steps
    .filter(({ ref }) => observed.store?.has(ref) === true || isNewStore(desired, observed))
    // space for a model that a worker is downloading is already in use or reserved
    .filter(({ ref }) => !workersOf(ref, desired, observed).some(isReceiving))
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const { freeBytes } = observed;
  return {
    steps,
    checks: freeBytes !== null && !fits(needed, freeBytes) ? [noRoom(needed, freeBytes)] : [],
  };
}

/** Fetches one model. */
export type FetchStep = Step<FetchModel>;

type Need = Pick<FetchModel, 'bytes' | 'files' | 'cause'>;

/** Returns null when the model is present. */
function needOf(model: PinnedModel, desired: DesiredState, observed: Observed): Need | null {
  const check = observed.store?.get(model.ref);
  if (check !== undefined) return check.state === 'present' ? null : needFromCheck(check);
  if (hasHealthyWorker(model.ref, desired, observed)) return null;
  const cause = isNewStore(desired, observed) ? 'not in the store' : 'store not readable; upper bound';
  return { bytes: pinnedBytes(model), files: model.files, cause };
}

function isNewStore({ stack }: DesiredState, { volumes }: Observed): boolean {
  const store = stack.volumes.find(({ holds }) => holds === 'store');
  return store !== undefined && !volumes.has(store.name);
}

function needFromCheck({ state, missing, missingBytes }: ModelCheck): Need {
  const cause = state === 'partial' ? 'partly in the store' : 'not in the store';
  return { bytes: missingBytes, files: missing, cause };
}

/** A worker is healthy only while every model of its configuration has a valid receipt. */
function hasHealthyWorker(ref: string, desired: DesiredState, observed: Observed): boolean {
  return workersOf(ref, desired, observed).some(({ health }) => health === 'healthy');
}

function isReceiving({ worker }: ObservedContainer): boolean {
  return worker?.state === 'downloading' || worker?.state === 'verifying';
}

/** Returns the running containers that own the model and have the desired definition. */
function workersOf(ref: string, desired: DesiredState, observed: Observed): readonly ObservedContainer[] {
  const owners = ownersOf(ref, desired);
  return observed.containers.filter(
    ({ service, state, configHash }) =>
      state === 'running' &&
      owners.some((owner) => owner.name === service && owner.configHash === configHash),
  );
}

function ownersOf(ref: string, { stack }: DesiredState): readonly DesiredService[] {
  return stack.services.filter(({ models }) => models.includes(ref));
}

/**
 * Whether the old stack serves until the models of the new one are present: a running worker is recreated, or one of the
 * engines that it uses is stopped.
 */
function isReplaced(
  { name, engines }: DesiredService,
  { containers }: Observed,
  services: readonly ServiceStep[],
): boolean {
  const changes = new Map(services.map(({ service, kind }) => [service, kind]));
  const runs = containers.some(({ service, state }) => service === name && state === 'running');
  const engineStops = engines.some((engine) => {
    const change = changes.get(engine);
    return change === 'recreate-service' || change === 'restart-service';
  });
  return engineStops || (runs && changes.get(name) === 'recreate-service');
}

function noRoom(needed: number, free: number): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_STORE_NO_ROOM',
    message: noRoomText(needed, free),
    hint: 'free disk space on the file system of the store; to list what can be removed: rma cache ls; or use another directory: --volume host:PATH',
    exitCode: EXIT.doesNotFit,
    details: { neededBytes: needed, freeBytes: free },
  };
}
