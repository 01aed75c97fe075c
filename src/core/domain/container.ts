/** What a service is to its profile. */
export type Role = 'coordinator' | 'worker' | 'engine';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A container that rma created, as the engine's list and the container's labels show it. */
export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly service: string;
  /** null for the coordinator */
  readonly profile: string | null;
  readonly state: ContainerState;
  /** label `rma.config-hash`; null if missing */
  readonly configHash: string | null;
  readonly models: readonly string[];
  /** UUIDs of its GPUs and MIG devices */
  readonly gpus: readonly string[];
  /** bytes reserved on each of its GPUs */
  readonly gpuBytes: number | null;
  /** RAM that it needs at least, bytes */
  readonly ramBytes: number;
  /** shares its GPUs with no other service */
  readonly gpuExclusive: boolean;
  /** the variant of its profile */
  readonly variant: string | null;
  /** of a worker: the engine services it uses; null where the label is missing */
  readonly engines: readonly string[] | null;
  /** ports of the host that it publishes while it runs */
  readonly published: readonly number[];
  /** the Compose file that created it, on the host of the user who ran Compose */
  readonly composeFile: string | null;
}

/** A container as one inspect shows it. */
export interface ContainerFacts extends ContainerSummary {
  readonly image: string;
  /** `sha256:…` of the image that it runs, whatever its reference means now */
  readonly imageId: string;
  readonly health: 'starting' | 'healthy' | 'unhealthy' | 'none';
  /** null while it runs */
  readonly exitCode: number | null;
  readonly restarts: number;
  /** the engine's error of its last start; null if that succeeded */
  readonly startError: string | null;
  /** milliseconds since the Unix epoch; null before the first start */
  readonly startedAt: number | null;
  readonly ports: readonly PublishedPort[];
  /** the network that it was created in and is no longer connected to; null for none */
  readonly lostNetwork: string | null;
  /** the network that a stopped container is connected to at its next start; null for one of Docker's own, or while it runs */
  readonly nextNetwork: { readonly id: string; readonly name: string } | null;
  /** what is mounted as the store, as `named:NAME` or `host:PATH`; null for none */
  readonly store: string | null;
}

/** What a running container uses now; null for what the engine does not report. */
export interface ContainerUsage {
  /** of one core: 200 is two cores */
  readonly cpuPercent: number | null;
  /** RAM without the page cache that can be reclaimed, bytes */
  readonly memoryBytes: number | null;
}

export interface PublishedPort {
  readonly address: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** Returns the role by the service's name: `coordinator`, `<profile>-worker` or `<profile>-<engine>[-N]`. */
export function roleOf({ service, profile }: Pick<ContainerSummary, 'service' | 'profile'>): Role {
  if (profile === null) return 'coordinator';
  return service === `${profile}-worker` ? 'worker' : 'engine';
}
