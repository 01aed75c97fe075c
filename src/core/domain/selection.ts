import type { Engine } from './profile.ts';
import type { ServedModel } from './worker-config.ts';

/** One engine container to run, decided from the profiles, before images, ports and paths are known. */
export interface SelectedService {
  /** Compose service, `<profile>-<engine>[-N]` */
  readonly service: string;
  /** the profile that owns it; others may share it */
  readonly profile: string;
  readonly engine: Engine;
  readonly models: readonly ServedModel[];
  readonly flags: readonly string[];
  /** bytes; null for no limit */
  readonly memoryBytes: number | null;
  readonly memoryReservationBytes: number | null;
  /** 0: on the CPU */
  readonly gpus: number | 'all' | readonly string[];
  readonly exclusive: boolean;
  readonly context: number;
  readonly concurrency: number;
  /** models kept in memory at once, at most as many as there are; null: all of them */
  readonly maxLoaded: number | null;
  /** the service that this is a copy of, itself included; null: no copies */
  readonly replicaGroup: string | null;
  /** what it runs, as a hash: services of one identity are the same, whichever profile asks; limits of memory do not count */
  readonly identity: string;
}

export interface SelectedProfile {
  readonly name: string;
  readonly description: string;
  readonly variant: string;
  /** Compose service of its worker, `<profile>-worker` */
  readonly worker: string;
  /** services that serve this profile, shared ones included */
  readonly services: readonly string[];
  /** model references, sorted, each once */
  readonly refs: readonly string[];
}

/** What the chosen profiles come to: in the order of the project's set, so that one added later changes no name of the others. */
export interface Selection {
  readonly profiles: readonly SelectedProfile[];
  readonly services: readonly SelectedService[];
  /** every model reference of the selection, sorted, each once */
  readonly refs: readonly string[];
}
