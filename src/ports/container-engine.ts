/** What the engine says of itself. */
export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  /** the engine's own host name */
  readonly name: string;
  /** folder of images and volumes on the engine's host */
  readonly rootDir: string;
  /** the endpoint, as `unix:///…`, `ssh://…` or `tcp://…` */
  readonly endpoint: string;
}

export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly profile: string | null;
  readonly project: string;
  readonly image: string;
  readonly state: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly health: 'starting' | 'healthy' | 'unhealthy' | 'none';
  readonly exitCode: number | null;
  readonly restarts: number;
  /** RFC 3339, UTC; null before the first start */
  readonly startedAt: string | null;
  readonly configHash: string | null;
  readonly models: readonly string[];
  /** UUIDs of the GPUs and MIG devices that it was given */
  readonly gpus: readonly string[];
  /** promised to it on each of its GPUs, bytes */
  readonly gpuBytes: number | null;
  /** of the models and engine that its profile offers */
  readonly variant: string | null;
  /** of a worker: the engine services it uses; null where the label is missing */
  readonly engines: readonly string[] | null;
  readonly ports: readonly PublishedPort[];
  /** what is mounted as the store, as `named:NAME` or `host:PATH`; null for none */
  readonly store: string | null;
  /** the Compose file it was made from, on the host of the one who made it */
  readonly composeFile: string | null;
}

export interface PublishedPort {
  readonly address: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface VolumeFacts {
  readonly name: string;
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Reads the state of one Docker Engine, and ends what rma made there. Every method throws RmaError with exit 3: RMA_DOCKER_UNREACHABLE,
 * RMA_DOCKER_DENIED (no right on the socket).
 */
export interface ContainerEngine {
  facts(): Promise<EngineFacts>;
  /** containers that rma made, of one project or of all */
  containers(project: string | null): Promise<readonly ContainerFacts[]>;
  hasImage(reference: string): Promise<boolean>;
  volume(name: string): Promise<VolumeFacts | null>;
  /** Numbers of a container's processes, as the engine's host counts them; none when it does not run. */
  processes(container: string): Promise<readonly number[]>;
  /** last lines of a container's log, oldest first */
  logTail(container: string, lines: number): Promise<readonly string[]>;
  /** Ends the containers with their own grace period, all at once; no error for one that is gone. */
  stop(containers: readonly string[]): Promise<void>;
  /** Removes stopped or running containers, never a volume. */
  remove(containers: readonly string[]): Promise<void>;
  /** Removes the networks of the project that carry rma's label. */
  removeNetworks(project: string): Promise<void>;
  /** A volume of the driver `local`. Nothing happens to one that is there already, whatever its options. */
  createVolume(name: string, volume: Pick<VolumeFacts, 'labels' | 'options'>): Promise<void>;
}
