import type { ObservedContainer } from '../domain/observed.ts';

type WorkerContainer = Pick<ObservedContainer, 'state' | 'worker'>;

/** Workers in these states check the store and fetch what is missing on their own. */
const FETCHING: ReadonlySet<string> = new Set(['checking', 'downloading', 'verifying']);

/** Whether the worker is still busy with its models. */
export function isFetching({ worker }: WorkerContainer): boolean {
  return worker !== null && FETCHING.has(worker.state);
}

/** Whether the worker runs and may be registered: a failed one has left the coordinator. */
export function mayServe({ state, worker }: WorkerContainer): boolean {
  return state === 'running' && worker?.state !== 'failed';
}

/** Whether the worker runs, its engines answer and it is registered. */
export function isReady({ state, worker }: WorkerContainer): boolean {
  return state === 'running' && worker?.state === 'ready' && worker.registered !== false;
}
