import { isWorkerImage } from '../image-tag.ts';
import type { Follows } from './connect.ts';
import type { BuildImage, FetchModel, ServiceOperation, Step } from './operation.ts';

/** Who uses which engines, and which workers start after them. */
export interface Uses {
  /** worker → the engines that its container uses now */
  readonly now: ReadonlyMap<string, readonly string[]>;
  /** worker → the engines that it uses after the plan */
  readonly next: ReadonlyMap<string, readonly string[]>;
  /**
   * Workers that start after their engines: they have all models, and started earlier they would register with an engine
   * that is about to be stopped. All others start first, and their engines when the models are present.
   */
  readonly last: ReadonlySet<string>;
  /** services that are removed once another host runs their profiles, which can take long */
  readonly moving: ReadonlySet<string>;
  /** engines that start on GPUs */
  readonly onGpus: ReadonlySet<string>;
}

/**
 * Returns the order of operations: preparation, fetches while the old stack runs, drains, removals, the coordinator, workers
 * that fetch, engines, the other workers, checks, waits. Independent ones run in parallel.
 */
export function orderBy(uses: Uses): Follows {
  return (step, other) => {
    switch (step.kind) {
      case 'write-file':
      case 'write-secret':
      case 'create-directory':
      case 'create-volume':
      case 'pull-image':
      case 'push-image':
        return false;
      case 'tag-image':
        return other.kind === 'push-image' && other.image === step.image;
      case 'build-image':
        return isBeforeBuild(step, other);
      case 'fetch-model':
        return isBeforeFetch(step, other);
      case 'drain-worker':
        return isPreparation(other);
      case 'remove-service':
        return isBeforeRemoval(step, other, uses);
      case 'remove-network':
      case 'remove-secrets':
        return other.kind === 'remove-service';
      case 'start-service':
      case 'recreate-service':
      case 'restart-service':
        return isBeforeStart(step, other, uses);
      case 'resume-worker':
        return isBeforeWorker(step.service, other, uses);
      case 'wait-for-models':
        return isBeforeModels(step.service, other);
      case 'check-gpus':
        return isOwnStart(step.service, other);
      case 'wait-until-ready':
        return isBeforeReady(step, other);
    }
  };
}

/** A Dockerfile of the user can copy from the worker image: it is built, and has its stable tags. */
function isBeforeBuild({ base, context }: Step<BuildImage>, other: Step): boolean {
  if (context === undefined)
    return (other.kind === 'pull-image' || other.kind === 'push-image') && other.image === base;
  return isOwnImage(other) || other.kind === 'tag-image';
}

function isOwnImage(step: Step): boolean {
  return (
    (step.kind === 'build-image' && step.context === undefined) ||
    (step.kind === 'push-image' && isWorkerImage(step.image))
  );
}

const PREPARATION: ReadonlySet<Step['kind']> = new Set<Step['kind']>([
  'write-file',
  'write-secret',
  'create-directory',
  'create-volume',
  'pull-image',
  'push-image',
  'tag-image',
  'build-image',
]);

/** Everything that runs while the old stack serves. */
function isPreparation(step: Step): boolean {
  return PREPARATION.has(step.kind) || (step.kind === 'fetch-model' && step.by === 'one-off');
}

const STORE_PREPARATION: ReadonlySet<Step['kind']> = new Set<Step['kind']>([
  'write-secret',
  'create-directory',
  'create-volume',
  'build-image',
]);

function isBeforeFetch({ by, workers }: Step<FetchModel>, other: Step): boolean {
  if (by === 'one-off') return STORE_PREPARATION.has(other.kind) || isOwnImage(other);
  return startsService(other) && workers.includes(other.service);
}

/** Workers leave before the engines they use, and both before the coordinator. */
function isBeforeRemoval({ role, service }: Step<ServiceOperation>, other: Step, { now }: Uses): boolean {
  const leaves =
    other.kind === 'drain-worker' || (other.kind === 'remove-service' && other.role === 'worker');
  if (isPreparation(other)) return true;
  if (role === 'worker') return other.kind === 'drain-worker' && other.service === service;
  if (!leaves) return false;
  return role === 'coordinator' || (now.get(other.service) ?? []).includes(service);
}

function isBeforeStart({ kind, role, service }: Step<ServiceOperation>, other: Step, uses: Uses): boolean {
  if (isPreparation(other)) return true;
  if (other.kind === 'remove-service') return makesRoom(other.service, service, uses);
  switch (role) {
    case 'coordinator':
      // one that runs until now stays while workers leave it
      return kind !== 'start-service' && other.kind === 'drain-worker' && !uses.moving.has(other.service);
    case 'worker':
      return isBeforeWorker(service, other, uses);
    case 'engine':
      if (other.kind === 'drain-worker') return (uses.now.get(other.service) ?? []).includes(service);
      return (
        other.kind === 'wait-for-models' && !uses.last.has(other.service) && other.engines.includes(service)
      );
  }
}

/** Whether a service starts after the removal of another one; what moves to another host is waited for only because of its GPUs. */
function makesRoom(removed: string, started: string, { moving, onGpus }: Uses): boolean {
  return !moving.has(removed) || onGpus.has(started);
}

function isBeforeWorker(worker: string, other: Step, uses: Uses): boolean {
  const { next, last } = uses;
  if (other.kind === 'drain-worker') return other.service === worker;
  if (other.kind === 'remove-service') return makesRoom(other.service, worker, uses);
  if (!startsService(other) || other.service === worker) return false;
  if (other.role === 'coordinator') return true;
  return last.has(worker) && (next.get(worker) ?? []).includes(other.service);
}

function isBeforeReady(
  { service, engines }: { readonly service: string; readonly engines: readonly string[] },
  other: Step,
): boolean {
  if (other.kind === 'wait-for-models') return other.service === service;
  if (other.kind === 'check-gpus') return engines.includes(other.service);
  if (isOwnStart(service, other)) return true;
  return startsService(other) && (other.role === 'coordinator' || engines.includes(other.service));
}

function isOwnStart(service: string, other: Step): boolean {
  return (startsService(other) || other.kind === 'resume-worker') && other.service === service;
}

function isBeforeModels(worker: string, other: Step): boolean {
  return isOwnStart(worker, other) || (other.kind === 'fetch-model' && other.workers.includes(worker));
}

function startsService(step: Step): step is Step<ServiceOperation> {
  return step.kind === 'start-service' || step.kind === 'recreate-service' || step.kind === 'restart-service';
}
