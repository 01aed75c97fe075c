import type { ErrorCode } from '../errors.ts';
import type { ContainerFacts, ContainerSummary, Role } from './container.ts';
import type { EngineFacts, NetworkFacts, VolumeFacts } from './docker-engine.ts';
import type { FileFacts } from './file-facts.ts';
import type { GpuInventory } from './gpu.ts';
import type { WorkerStatus } from './worker-status.ts';

/** The container of one service of the project. One-off containers are not among them. */
export interface ObservedContainer extends ContainerFacts {
  readonly role: Role;
  /** status of a worker; null for other roles and for a worker that does not respond */
  readonly worker: Pick<WorkerStatus, 'state' | 'failure'> | null;
  /** the fault of this engine, as its worker or its driver reports it; null for none and for other roles */
  readonly engineFault: ErrorCode | null;
}

/** The Docker Engine of a host: its settings, and lists of everything in it. */
export interface EngineSnapshot {
  readonly engine: EngineFacts;
  /** the containers of rma, of all projects */
  readonly allContainers: readonly ContainerSummary[];
  /** names and digests, in the form of `imageKey` */
  readonly images: ReadonlySet<string>;
  /** by name */
  readonly volumes: ReadonlyMap<string, VolumeFacts>;
  /** the networks of rma, of all projects */
  readonly networks: readonly NetworkFacts[];
}

/** The files of a project on a host. */
export interface FileSnapshot {
  /** generated file (absolute path) → sha256 (hex) of its content; missing files are not in the map */
  readonly files: ReadonlyMap<string, string>;
  /** secret name → sha256 (hex) of the copy on disk */
  readonly secrets: ReadonlyMap<string, string>;
  /** secret name → when the copy on disk was written, milliseconds since the Unix epoch */
  readonly secretsWrittenAt: ReadonlyMap<string, number>;
  /** the directories of the host that are mounted as store or cache, by path; missing ones are not in the map */
  readonly directories: ReadonlyMap<string, FileFacts>;
}

/** One host at one moment, as far as a project needs it. */
export interface Snapshot extends EngineSnapshot, FileSnapshot {
  /** the containers of the project */
  readonly containers: readonly ObservedContainer[];
  /** worker service → status; workers that do not respond are not in the map */
  readonly workers: ReadonlyMap<string, WorkerStatus>;
  /** without GPUs when the command does not use them */
  readonly gpus: GpuInventory;
  /** id of a container with GPUs, of any project → its process ids; null: unknown */
  readonly processes: ReadonlyMap<string, readonly number[] | null>;
}

/** The GPUs of a host without a probe. */
export const NO_GPUS: GpuInventory = {
  driverVersion: null,
  cudaVersion: null,
  gpus: [],
  absence: null,
  warnings: [],
};
