import type { ErrorDocument } from '../errors.ts';

/** The life of a worker, in the words that logs, `rma status` and the coordinator use. */
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
  readonly state: 'waiting' | 'checking' | 'downloading' | 'verifying' | 'present' | 'failed';
  /** bytes of the model that are durable or verified, resumed ones included */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** bytes that this process received from the hub */
  readonly fetchedBytes: number;
  readonly bytesPerSecond: number | null;
  readonly etaSeconds: number | null;
  /** who else is fetching it, or why it failed, in one line */
  readonly note?: string;
}

export interface EngineStatus {
  readonly service: string;
  readonly state: 'waiting' | 'ready' | 'down';
  /** why it is not ready, in one line */
  readonly note?: string;
  /** a fault that waiting alone does not mend: `rma up` ends with it */
  readonly fault?: ErrorDocument;
}

/** What `rma-worker status --json` prints: once, or a line per change with `--follow`. */
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
}
