import type { WorkerState } from './worker-status.ts';

/** One model that a worker serves. A degraded worker lists only those whose engine responds. */
export interface RegisteredModel {
  readonly name: string;
  readonly ref: string;
  readonly engine: string;
  readonly service: string;
  readonly endpoint: string;
}

/** Body of `POST /v1/workers` and `PUT /v1/workers/{id}`: always the whole state. */
export interface Registration {
  readonly schema: 'rma.worker/v1';
  readonly id: string;
  readonly host: string;
  readonly project: string;
  readonly profile: string;
  readonly state: Extract<WorkerState, 'ready' | 'degraded' | 'draining'>;
  readonly models: readonly RegisteredModel[];
  /** RFC 3339, UTC */
  readonly startedAt: string;
}

/** Response to a registration or heartbeat. */
export interface Lease {
  readonly leaseSeconds: number;
}

/** Seconds without a heartbeat after which the coordinator removes a worker. */
export const LEASE_SECONDS = 15;

/** Seconds between two heartbeats of a worker. */
export const HEARTBEAT_SECONDS = 5;

/** Service name of rma's own coordinator, and its host name in the project's network. */
export const COORDINATOR_SERVICE = 'coordinator';

/** Port of the coordinator, inside its container and by default on the host. */
export const COORDINATOR_PORT = 7700;
