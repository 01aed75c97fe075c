import type { ErrorCode } from '../errors.ts';
import type { ContainerFacts, Role } from './container.ts';
import type { ModelCheck } from './model-check.ts';
import type { Snapshot } from './snapshot.ts';
import type { WorkerStatus } from './worker-status.ts';

/** The container of one service of the project, with what it reports. */
export interface ObservedContainer extends ContainerFacts {
  readonly role: Role;
  /** status of a worker; null for other roles and for a worker that does not respond */
  readonly worker:
    | (Pick<WorkerStatus, 'state' | 'failure'> & Partial<Pick<WorkerStatus, 'registered'>>)
    | null;
  /** the fault of this engine, as its worker or its driver reports it; null for none and for other roles */
  readonly engineFault: ErrorCode | null;
  /** why this worker, or this engine to its worker, does not respond any more although it runs; null if it does or is starting */
  readonly silence: string | null;
}

/** A snapshot, and what else a plan needs to know about the desired state. */
export interface Observed extends Omit<Snapshot, 'containers'> {
  readonly containers: readonly ObservedContainer[];
  /** the desired models, by canonical reference; null when nothing could read the store */
  readonly store: ReadonlyMap<string, ModelCheck> | null;
  /** bytes free on the file system of the store; null when unknown */
  readonly freeBytes: number | null;
  /** ports of the desired services that something outside this project listens on */
  readonly portsTaken: ReadonlySet<number>;
}
