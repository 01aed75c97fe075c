import type { ErrorDocument } from '../errors.ts';

/** States of a worker, as shown in logs, `rma status` and the coordinator. */
export const WORKER_STATES = [
  'checking',
  'downloading',
  'verifying',
  'waiting-for-engines',
  'registering',
  'ready',
  'degraded',
  'draining',
  'failed',
] as const;

export type WorkerState = (typeof WORKER_STATES)[number];

export interface ModelProgress {
  readonly ref: string;
  readonly state:
    | 'waiting'
    | 'checking'
    | 'downloading'
    | 'importing'
    | 'exporting'
    | 'verifying'
    | 'present'
    | 'failed';
  /** bytes that are durable or verified, including resumed ones */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** bytes that this process received from the hub */
  readonly fetchedBytes: number;
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
  /** the process that is downloading it, the reason for a failure, or how it was imported, in one line */
  readonly note?: string;
  /** why it failed */
  readonly fault?: ErrorDocument;
}

export interface EngineStatus {
  readonly service: string;
  readonly state: 'waiting' | 'ready' | 'down';
  /** why it is not ready, in one line */
  readonly note?: string;
  /** start of the last probe that it answered, RFC 3339, UTC; missing before the first */
  readonly respondedAt?: string;
  /** a fault that waiting does not fix: `rma up` fails with it */
  readonly fault?: ErrorDocument;
}

/** Output of `rma-worker status --json`: once, or a line per change with `--follow`. */
export interface WorkerStatus {
  readonly schema: 'rma.worker-status/v1';
  readonly worker: string;
  readonly profile: string;
  readonly state: WorkerState;
  /** RFC 3339, UTC */
  readonly since: string;
  readonly failure: ErrorDocument | null;
  readonly models: readonly ModelProgress[];
  readonly engines: readonly EngineStatus[];
  readonly registered: boolean;
  /** why the coordinator does not respond; only with `--fresh`, missing if it does */
  readonly coordinatorNote?: string;
  /**
   * start of the last round in which it probed its engines and reached the coordinator, RFC 3339, UTC. A restart of one of
   * them after this time has not been seen yet. Missing before the first round, and in earlier versions
   */
  readonly confirmedAt?: string;
}
