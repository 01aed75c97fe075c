import type { ErrorCode, ErrorDocument } from '../errors.ts';
import type { ModelCheck } from './model-check.ts';
import type { WorkerState } from './worker-status.ts';

/** The container of one service of this project (one-off containers are not among them). */
export interface ObservedContainer {
  readonly service: string;
  readonly profile: string | null;
  readonly role: 'coordinator' | 'worker' | 'engine';
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly health: 'starting' | 'healthy' | 'unhealthy' | 'none';
  readonly image: string;
  /** label `rma.config-hash`; null where it is missing */
  readonly configHash: string | null;
  /** what a worker says of itself; null for other roles and for a worker that does not answer */
  readonly worker: { readonly state: WorkerState; readonly failure: ErrorDocument | null } | null;
  /** label `rma.engines` of a worker: the engine services it uses; null where it is missing, and for other roles */
  readonly engines: readonly string[] | null;
  /** the fault that a worker tells of this engine; null for none, and for other roles */
  readonly engineFault: ErrorCode | null;
  /** milliseconds since the Unix epoch; null before the first start */
  readonly startedAt: number | null;
}

export interface ObservedVolume {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is there now, on one host. */
export interface Observed {
  /** absolute path → sha256 (hex) of the content; absent files are not in the map */
  readonly files: ReadonlyMap<string, string>;
  /** those of the desired host directories that exist, by path */
  readonly directories: ReadonlySet<string>;
  /** secret name → sha256 (hex) of the copy on disk */
  readonly secrets: ReadonlyMap<string, string>;
  /** those of the asked image references that are present */
  readonly images: ReadonlySet<string>;
  /** those of the asked volumes that exist, by name */
  readonly volumes: ReadonlyMap<string, ObservedVolume>;
  readonly containers: readonly ObservedContainer[];
  /** secret name → when the copy on disk was written, milliseconds since the Unix epoch */
  readonly secretsWrittenAt: ReadonlyMap<string, number>;
  /** by canonical reference; null when nothing could read the store */
  readonly store: ReadonlyMap<string, ModelCheck> | null;
  /** bytes free where the store lies; null when unknown */
  readonly freeBytes: number | null;
  /** ports of the host that something outside this project listens on */
  readonly portsTaken: ReadonlySet<number>;
}
