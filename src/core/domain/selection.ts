import type { Engine, ExtraVolume } from './profile.ts';
import type { ServedModel } from './worker-config.ts';

/** One engine service, derived from the profiles, without images, ports and paths. */
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
  /** most models loaded at the same time, at most their number; null: all */
  readonly maxLoaded: number | null;
  /** as in the profile or the settings of the service; absent or null: none */
  readonly utilization?: number | null;
  readonly environment?: Readonly<Record<string, string>> | null;
  readonly extraVolumes?: readonly ExtraVolume[] | null;
  readonly apiKeyFile?: string | null;
  /** name of the first replica of the service; null: no replicas */
  readonly replicaGroup: string | null;
  /** hash of what it runs: equal services of several profiles run once; memory limits are not part of it */
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

/** The services of the selected profiles, in the order of the project's profiles, so that adding one changes no names of the others. */
export interface Selection {
  readonly profiles: readonly SelectedProfile[];
  readonly services: readonly SelectedService[];
  /** every model reference of the selection, sorted, each once */
  readonly refs: readonly string[];
}
