import type { FetchModel, Operation, ServiceOperation } from '../../core/plan/operation.ts';
import { checkGpus } from './check-gpus.ts';
import { ContainerWatch } from './container-watch.ts';
import type { Execution, ExecutionContext, ExecutionHost, Payload } from './execution.ts';
import { fetchBeside } from './fetch-beside.ts';
import { createDirectory, removeSecrets, writeFile, writeSecretFile } from './files.ts';
import { provideImage } from './images.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createVolume, removeNetwork } from './resources.ts';
import { composeUp, drainWorker, removeService, restartService, resumeWorker } from './services.ts';
import { waitForFetch, waitForModels, waitUntilReady } from './waits.ts';
import { walkGraph } from './walk-graph.ts';
import { workerStreams } from './worker-streams.ts';

export interface ExecutionRequest {
  readonly operations: readonly Operation[];
  readonly payload: Payload;
}

/**
 * Executes the operations of a plan on one host in the order of the graph, and nothing else.
 * @throws RmaError the first failure of an operation
 */
export async function executePlan(
  host: ExecutionHost,
  invocation: ExecutionContext,
  { operations, payload }: ExecutionRequest,
): Promise<void> {
  const containers = new ContainerWatch(host, invocation, payload.config.project);
  const workers = workerStreams(host, invocation, containers);
  const inTurn = oneAtATime();
  try {
    await walkGraph(operations, {
      batchOf,
      undoes: drainUndoneBy,
      run: (batch, signal) =>
        runBatch({ host, invocation, payload, containers, workers, inTurn, signal }, batch),
      signal: invocation.signal,
    });
  } finally {
    containers.close();
  }
}

/** Returns the drain that an operation undoes by starting the same container again, for a plan that failed before it. */
function drainUndoneBy(operation: Operation): string | null {
  const restarts = operation.kind === 'resume-worker' || operation.kind === 'restart-service';
  return restarts ? `drain-worker ${operation.service}` : null;
}

/** Batches services that start at the same time into one Compose command, and one-off downloads into one container. */
function batchOf(operation: Operation): string {
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
  switch (operation.kind) {
    case 'write-file':
      return writeFile(execution, operation);
    case 'write-secret':
      return writeSecretFile(execution, operation);
    case 'remove-secrets':
      return removeSecrets(execution, operation);
    case 'create-directory':
      return createDirectory(execution, operation);
    case 'build-image':
    case 'pull-image':
    case 'tag-image':
      return provideImage(execution, operation);
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
