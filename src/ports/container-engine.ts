import type { ContainerFacts, ContainerSummary, ContainerUsage } from '../core/domain/container.ts';
import type { EngineFacts, NetworkFacts, VolumeFacts } from '../core/domain/docker-engine.ts';
import type { ContainerMount } from '../core/domain/volume.ts';

/**
 * One Docker Engine. Reads come in lists, one request each. Every method throws RmaError with exit 3:
 * RMA_DOCKER_UNREACHABLE, RMA_DOCKER_DENIED (no permission on the socket).
 */
export interface ContainerEngine {
  facts(): Promise<EngineFacts>;
  /** Returns the containers that rma created, of all projects, sorted by service. */
  containers(): Promise<readonly ContainerSummary[]>;
  /** Returns one container; null when it does not exist. */
  container(id: string): Promise<ContainerFacts | null>;
  /** Returns the mounts of all containers, also of those that rma did not create. */
  mounts(): Promise<readonly ContainerMount[]>;
  /** Returns names and digests of all images, as `imageKeys` lists them. */
  images(): Promise<ReadonlySet<string>>;
  /** Returns all volumes, by name. */
  volumes(): Promise<ReadonlyMap<string, VolumeFacts>>;
  /** Returns the networks that rma created, of all projects. */
  networks(): Promise<readonly NetworkFacts[]>;
  /**
   * Subscribes to the containers of a project: resolves when the subscription exists, then yields the id of each
   * container that changed (created, started, stopped, paused, removed, other health). Ends when the signal is
   * aborted; throws RMA_DOCKER_UNREACHABLE when the connection ends.
   */
  changes(project: string, signal: AbortSignal): Promise<AsyncIterable<string>>;
  /** Returns the process ids of a container, as the engine's host counts them; empty when it is not running. */
  processes(container: string): Promise<readonly number[]>;
  /** Returns what a container uses, measured over about a second; null when it is not running. */
  usage(container: string): Promise<ContainerUsage | null>;
  /** Returns the last lines of a container's log, oldest first. @param since milliseconds since the Unix epoch; absent: all */
  logTail(container: string, lines: number, since?: number): Promise<readonly string[]>;
  /** Stops the containers, all at once, each with its own grace period. A missing container is not an error. */
  stop(containers: readonly string[]): Promise<void>;
  /** Starts stopped containers. A running one is not an error. */
  start(containers: readonly string[]): Promise<void>;
  /** Removes stopped or running containers, never a volume. */
  remove(containers: readonly string[]): Promise<void>;
  /** Removes the networks of the project that carry rma's label. */
  removeNetworks(project: string): Promise<void>;
  /** Creates a volume of the driver `local`. An existing one stays as it is, whatever its options and labels. */
  createVolume(name: string, volume: Pick<VolumeFacts, 'labels' | 'options'>): Promise<void>;
  /** Removes volumes that no container uses. A missing volume is not an error. */
  removeVolumes(names: readonly string[]): Promise<void>;
  /** Returns the engine's clock, milliseconds since the Unix epoch. */
  now(): Promise<number>;
}
