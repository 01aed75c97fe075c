import type { FetchModel, Operation, ServiceOperation } from '../../core/plan/operation.ts';
import { checkGpus } from './check-gpus.ts';
import { ContainerWatch } from './container-watch.ts';
import type { Execution, ExecutionTarget } from './execution.ts';
import { fetchBeside } from './fetch-beside.ts';
import { createDirectory, removeSecrets, writeFile, writeSecretFile } from './files.ts';
import { isImageOperation, provideImage } from './images.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createVolume, removeNetwork } from './resources.ts';
import { composeUp, drainWorker, removeService, restartService, resumeWorker } from './services.ts';
import { waitForFetch, waitForModels, waitUntilReady } from './waits.ts';
import { workerStreams } from './worker-streams.ts';

/** Runs the operations of a plan on one host. */
export interface HostRunner {
  /** runs the operations of one batch; aborts what it can when the signal is aborted */
  readonly run: (batch: readonly Operation[], signal: AbortSignal) => Promise<void>;
  /** ends the subscriptions */
  readonly close: () => void;
}

/** Returns what runs the operations of a plan on one host. Nothing is subscribed to before the first. */
export function openRunner({ host, invocation, payload }: ExecutionTarget): HostRunner {
  const containers = new ContainerWatch(host, invocation, payload.config.project);
  const workers = workerStreams(host, invocation, containers);
  const inTurn = oneAtATime();
  return {
    run: (batch, signal) =>
      runBatch({ host, invocation, payload, containers, workers, inTurn, signal }, batch),
    close: () => containers.close(),
  };
}

/** Returns the drain that an operation undoes by starting the same container again, for a plan that failed before it. */
export function drainUndoneBy(operation: Operation): string | null {
  const { id, kind } = operation;
  if (kind !== 'resume-worker' && kind !== 'restart-service') return null;
  // the ids of a plan for several hosts begin with the host
  const host = id.slice(0, -`${kind} ${operation.service}`.length);
  return `${host}drain-worker ${operation.service}`;
}

/** Batches services that start at the same time into one Compose command, and one-off downloads into one container. */
export function batchOf(operation: Operation): string {
  if (isComposeUp(operation)) return 'compose up';
  return isFetchBeside(operation) ? 'fetch' : operation.id;
}

function isComposeUp(operation: Operation): operation is ServiceOperation {
  return operation.kind === 'start-service' || operation.kind === 'recreate-service';
}

function isFetchBeside(operation: Operation): operation is FetchModel {
  return operation.kind === 'fetch-model' && operation.by === 'one-off';
}

/** Runs the operations of one batch, which are of one kind. The compiler checks the cases by the `default`. */
async function runBatch(execution: Execution, batch: readonly Operation[]): Promise<void> {
  const [operation] = batch;
  if (operation === undefined) return;
  if (isImageOperation(operation)) return provideImage(execution, operation);
  switch (operation.kind) {
    case 'write-file':
      return writeFile(execution, operation);
    case 'write-secret':
      return writeSecretFile(execution, operation);
    case 'remove-secrets':
      return removeSecrets(execution, operation);
    case 'create-directory':
      return createDirectory(execution, operation);
    case 'create-volume':
      return createVolume(execution, operation);
    case 'remove-network':
      return removeNetwork(execution, operation);
    case 'fetch-model':
      return fetchModels(execution, operation, batch);
    case 'start-service':
    case 'recreate-service':
      return composeUp(execution, batch.filter(isComposeUp));
    case 'restart-service':
      return restartService(execution, operation);
    case 'remove-service':
      return removeService(execution, operation);
    case 'drain-worker':
      return drainWorker(execution, operation);
    case 'resume-worker':
      return resumeWorker(execution, operation);
    case 'wait-for-models':
      return waitForModels(execution, operation);
    case 'check-gpus':
      return checkGpus(execution, operation);
    case 'wait-until-ready':
      return waitUntilReady(execution, operation);
    default:
      return operation satisfies never;
  }
}

async function fetchModels(
  execution: Execution,
  operation: FetchModel,
  batch: readonly Operation[],
): Promise<void> {
  if (operation.by === 'worker') return waitForFetch(execution, operation);
  return fetchBeside(execution, batch.filter(isFetchBeside));
}
