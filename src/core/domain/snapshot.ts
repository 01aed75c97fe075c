import type { ContainerFacts, ContainerSummary } from './container.ts';
import type { EngineFacts, NetworkFacts, VolumeFacts } from './docker-engine.ts';
import type { FileFacts } from './file-facts.ts';
import type { GpuInventory } from './gpu.ts';
import type { PlannedReservation } from './lock.ts';

/** The Docker Engine of a host: its settings, lists of everything in it, and the containers of one project. */
export interface EngineSnapshot {
  readonly engine: EngineFacts;
  /** the containers of rma, of all projects */
  readonly allContainers: readonly ContainerSummary[];
  /** those of the project; one-off containers are not among them */
  readonly containers: readonly ContainerFacts[];
  /** names and digests, in the form of `imageKey` */
  readonly images: ReadonlySet<string>;
  /** by name */
  readonly volumes: ReadonlyMap<string, VolumeFacts>;
  /** the networks of rma, of all projects */
  readonly networks: readonly NetworkFacts[];
  /** of accepted plans of all projects, for services whose containers may not exist yet */
  readonly reservations: readonly PlannedReservation[];
}

/** The files of a project on a host. */
export interface FileSnapshot {
  /** generated file (absolute path) → sha256 (hex) of its content; missing files are not in the map */
  readonly files: ReadonlyMap<string, string>;
  /** the Compose file that exists; null without one */
  readonly composeText: string | null;
  /** secret name → sha256 (hex) of the copy on disk */
  readonly secrets: ReadonlyMap<string, string>;
  /** secret name → when the copy on disk was written, milliseconds since the Unix epoch */
  readonly secretsWrittenAt: ReadonlyMap<string, number>;
  /** the directories of the host that are mounted as store or cache, by path; missing ones are not in the map */
  readonly directories: ReadonlyMap<string, FileFacts>;
}

/** One host at one moment, as far as a project needs it. */
export interface Snapshot extends EngineSnapshot, FileSnapshot {
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
