import type { Desired } from '../domain/desired.ts';
import type { ModelCheck } from '../domain/model-check.ts';
import type { Observed, ObservedContainer } from '../domain/observed.ts';
import { type PinnedModel, pinnedBytes } from '../domain/pinned-model.ts';
import { EXIT } from '../errors.ts';
import { fits, KEPT_FREE_BYTES } from '../store/room.ts';
import { formatBytes } from '../units.ts';
import type { FetchModel, ServiceOperation } from './operation.ts';
import type { PlanCheck } from './plan-types.ts';

/** What is missing in the store, and whether there is room for it. */
export function planModels(
  desired: Desired,
  observed: Observed,
  services: readonly ServiceOperation[],
): { readonly operations: FetchModel[]; readonly checks: PlanCheck[] } {
  const refs = [...new Set(desired.stack.services.flatMap(({ models }) => models))].sort();
  const operations = refs.flatMap((ref): FetchModel[] => {
    const model = desired.models.get(ref);
    if (model === undefined) throw new Error(`${ref} was not resolved`);
    const need = needOf(model, desired, observed);
    if (need === null) return [];
    return [
      {
        kind: 'fetch-model',
        ref,
        ...need,
        by: fetcherOf(ref, desired, observed, services),
        destructive: false,
      },
    ];
  });
  // what could not be looked at may be there: the worker asks for room itself
  const needed = operations
    .filter(({ ref }) => observed.store?.has(ref) === true || isNewStore(desired, observed))
    // what a worker receives already has its room, and takes some of what is free now
    .filter(({ ref }) => !workersOf(ref, desired, observed).some(({ worker }) => isFetching(worker)))
    .reduce((sum, { bytes }) => sum + bytes, 0);
  const { freeBytes } = observed;
  return {
    operations,
    checks: freeBytes !== null && !fits(needed, freeBytes) ? [noRoom(needed, freeBytes)] : [],
  };
}

type Need = Pick<FetchModel, 'bytes' | 'files' | 'cause'>;

/** Null when the model is there. */
function needOf(model: PinnedModel, desired: Desired, observed: Observed): Need | null {
  const check = observed.store?.get(model.ref);
  if (check !== undefined) return check.state === 'present' ? null : needFromCheck(check);
  if (hasHealthyWorker(model.ref, desired, observed)) return null;
  const cause = isNewStore(desired, observed) ? 'not in the store' : 'the store was not read: at most this';
  return { bytes: pinnedBytes(model), files: model.files, cause };
}

function isNewStore({ stack }: Desired, { volumes }: Observed): boolean {
  const store = stack.volumes.find(({ holds }) => holds === 'store');
  return store !== undefined && !volumes.has(store.name);
}

function needFromCheck({ state, missing, missingBytes }: ModelCheck): Need {
  const cause = state === 'partial' ? 'in the store in part' : 'not in the store';
  return { bytes: missingBytes, files: missing, cause };
}

/** A worker is healthy only while every model of its configuration has a valid receipt. */
function hasHealthyWorker(ref: string, desired: Desired, observed: Observed): boolean {
  return workersOf(ref, desired, observed).some(({ health }) => health === 'healthy');
}

function isFetching(worker: ObservedContainer['worker']): boolean {
  return worker?.state === 'downloading' || worker?.state === 'verifying';
}

/** Running containers that own the model, as they are wanted. */
function workersOf(ref: string, desired: Desired, observed: Observed): readonly ObservedContainer[] {
  const owners = desired.stack.services.filter(({ models }) => models.includes(ref));
  return observed.containers.filter(
    ({ service, state, configHash }) =>
      state === 'running' &&
      owners.some((owner) => owner.name === service && owner.configHash === configHash),
  );
}

/** The old worker goes on serving while a container of its own fetches what the new one needs. */
function fetcherOf(
  ref: string,
  desired: Desired,
  observed: Observed,
  services: readonly ServiceOperation[],
): FetchModel['by'] {
  const owners = desired.stack.services.filter(({ models }) => models.includes(ref)).map(({ name }) => name);
  const isReplaced = owners.some(
    (name) =>
      services.some(({ kind, service }) => kind === 'recreate-service' && service === name) &&
      observed.containers.some(({ service, state }) => service === name && state === 'running'),
  );
  return isReplaced ? 'one-off' : 'worker';
}

function noRoom(needed: number, free: number): PlanCheck {
  return {
    level: 'error',
    code: 'RMA_STORE_NO_ROOM',
    message: `the store has ${formatBytes(free)} free, the missing models need ${formatBytes(needed)} and ${formatBytes(KEPT_FREE_BYTES)} to spare`,
    hint: 'free some space where the store lies, or choose another place: --volume host:PATH',
    exitCode: EXIT.doesNotFit,
    details: { neededBytes: needed, freeBytes: free },
  };
}
