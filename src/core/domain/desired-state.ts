import type { PinnedModel } from './pinned-model.ts';

/** One service of the generated Compose file, as the planner compares it with what runs. */
export interface DesiredService {
  readonly name: string;
  readonly role: 'coordinator' | 'worker' | 'engine';
  /** the owning profile; null for the coordinator */
  readonly profile: string | null;
  readonly image: string;
  /** `sha256:…` of the image that it must run, whatever the reference means; absent: any */
  readonly imageId?: string;
  /** value of the label `rma.config-hash` */
  readonly configHash: string;
  /** names of the secrets it reads */
  readonly secrets: readonly string[];
  /** canonical references of the models that a worker owns; empty for other roles */
  readonly models: readonly string[];
  /** of a worker: the engine services that serve its profile; empty for other roles */
  readonly engines: readonly string[];
  /** UUIDs of its GPUs and MIG devices; empty on the CPU */
  readonly gpus: readonly string[];
  /** port on the host; null where nothing is published */
  readonly port: number | null;
}

/** A directory of the host that must exist before Docker mounts it: Docker would create it as root. */
export interface DesiredDirectory {
  readonly holds: 'store' | 'cache';
  readonly path: string;
}

/** A required volume of Docker's `local` driver. Does not include host directories. */
export interface DesiredVolume {
  readonly holds: 'store' | 'cache';
  readonly name: string;
  /** options of the driver, which never change; empty for a plain volume on the host's disk */
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** The generated Compose file and its content. */
export interface Stack {
  /** content of `compose.yaml` */
  readonly text: string;
  readonly services: readonly DesiredService[];
  readonly volumes: readonly DesiredVolume[];
  readonly directories: readonly DesiredDirectory[];
  /** images of the engines, sorted, each once */
  readonly engineImages: readonly string[];
  /** images to build from directories of the user, by tag; absent: none */
  readonly builds?: ReadonlyMap<string, string>;
}

/** Everything that is true after `up`. */
export interface DesiredState {
  readonly stack: Stack;
  /** generated files by absolute path: the Compose file and `resolved.json`, with their whole content */
  readonly files: ReadonlyMap<string, string>;
  /** secret name → sha256 (hex) of its value; values never enter a plan */
  readonly secrets: ReadonlyMap<string, string>;
  readonly workerImage: { readonly tag: string; readonly base: string };
  /** the models of the stack by canonical reference (`PinnedModel.ref`) */
  readonly models: ReadonlyMap<string, PinnedModel>;
}
