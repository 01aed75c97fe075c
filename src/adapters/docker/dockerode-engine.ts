import Docker from 'dockerode';
import { imageKeys } from '../../core/docker/image-reference.ts';
import type { ContainerFacts, ContainerSummary, ContainerUsage } from '../../core/domain/container.ts';
import type { EngineFacts, NetworkFacts, VolumeFacts } from '../../core/domain/docker-engine.ts';
import type { ContainerMount } from '../../core/domain/volume.ts';
import { LABEL } from '../../core/labels.ts';
import type { Schema } from '../../core/schema/parse.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import { changedContainers, changeFilter } from './container-changes.ts';
import { processIds, unlessNotRunning } from './container-processes.ts';
import { containerUsage } from './container-usage.ts';
import { dockerFault } from './docker-errors.ts';
import { connection, type EngineEndpoint, endpointName } from './endpoint.ts';
import {
  containerDetails,
  containerList,
  imageList,
  infoAnswer,
  networkList,
  processTable,
  readAnswer,
  statsAnswer,
  versionAnswer,
  volumeList,
} from './engine-answers.ts';
import { containerFacts, containerSummary } from './map-container.ts';
import { containerMounts } from './map-mounts.ts';
import { instant, volumeFacts } from './map-volume.ts';
import { plainLog } from './plain-log.ts';

const API_TIMEOUT_MS = 60_000;

/** One Docker Engine, read over its API. */
export class DockerodeEngine implements ContainerEngine {
  readonly #docker: Docker;
  /** without a deadline: a container may use its whole grace period to stop */
  readonly #patient: Docker;
  readonly #endpoint: EngineEndpoint;

  constructor(endpoint: EngineEndpoint) {
    this.#endpoint = endpoint;
    this.#docker = new Docker({ ...connection(endpoint), timeout: API_TIMEOUT_MS });
    this.#patient = new Docker(connection(endpoint));
  }

  async facts(): Promise<EngineFacts> {
    return this.#ask(async () => {
      const answers = await Promise.all([this.#docker.version(), this.#docker.info()]);
      const version = this.#read(versionAnswer, answers[0]);
      const info = this.#read(infoAnswer, answers[1]);
      return {
        version: version.Version,
        apiVersion: version.ApiVersion,
        name: info.Name,
        rootDir: info.DockerRootDir,
        // 0 or absent where the engine cannot read it
        memoryBytes: info.MemTotal || null,
        endpoint: endpointName(this.#endpoint),
      };
    });
  }

  async containers(): Promise<readonly ContainerSummary[]> {
    return this.#ask(async () => {
      const filters = { label: [LABEL.project] };
      const found = await this.#docker.listContainers({ all: true, filters });
      return this.#read(containerList, found)
        .map(containerSummary)
        .sort((a, b) => a.service.localeCompare(b.service));
    });
  }

  async container(id: string): Promise<ContainerFacts | null> {
    const details = await this.#orNull(() => this.#docker.getContainer(id).inspect());
    return details === null ? null : containerFacts(this.#read(containerDetails, details));
  }

  async mounts(): Promise<readonly ContainerMount[]> {
    return this.#ask(async () => {
      const found = await this.#docker.listContainers({ all: true });
      return this.#read(containerList, found).flatMap(containerMounts);
    });
  }

  async images(): Promise<ReadonlySet<string>> {
    return this.#ask(async () => {
      const images = this.#read(imageList, await this.#docker.listImages());
      return new Set(
        images.flatMap(({ Id, RepoTags, RepoDigests }) => [
          Id,
          ...imageKeys(RepoTags ?? [], RepoDigests ?? []),
        ]),
      );
    });
  }

  async volumes(): Promise<ReadonlyMap<string, VolumeFacts>> {
    return this.#ask(async () => {
      const { Volumes } = this.#read(volumeList, await this.#docker.listVolumes());
      return new Map((Volumes ?? []).map((volume) => [volume.Name, volumeFacts(volume)]));
    });
  }

  async networks(): Promise<readonly NetworkFacts[]> {
    return this.#ask(async () => {
      const found = await this.#docker.listNetworks({ filters: { label: [LABEL.project] } });
      return this.#read(networkList, found).map(({ Id, Name, Labels }) => ({
        id: Id,
        name: Name,
        project: Labels?.[LABEL.project] ?? '',
      }));
    });
  }

  async changes(project: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const stream = await this.#ask(() =>
      this.#patient.getEvents({ filters: changeFilter(project), since: aSecondAgo(), abortSignal: signal }),
    );
    return this.#yieldChanges(stream, signal);
  }

  async logTail(container: string, lines: number, since?: number): Promise<readonly string[]> {
    const part = { tail: lines, ...(since !== undefined && { since: since / 1000 }) };
    const log = await this.#orNull(() =>
      this.#docker.getContainer(container).logs({ stdout: true, stderr: true, ...part, follow: false }),
    );
    return log === null ? [] : plainLog(log);
  }

  async processes(container: string): Promise<readonly number[]> {
    const answer = await this.#orNull(async () =>
      unlessNotRunning(this.#docker.getContainer(container).top()),
    );
    return answer === null ? [] : processIds(this.#read(processTable, answer));
  }

  async usage(container: string): Promise<ContainerUsage | null> {
    const answer = await this.#orNull(() => this.#docker.getContainer(container).stats({ stream: false }));
    return answer === null ? null : containerUsage(this.#read(statsAnswer, answer));
  }

  async stop(containers: readonly string[]): Promise<void> {
    await Promise.all(
      containers.map(async (id) =>
        this.#orNull(async () => unlessUnchanged(this.#patient.getContainer(id).stop())),
      ),
    );
  }

  async start(containers: readonly string[]): Promise<void> {
    await this.#ask(async () => {
      await Promise.all(
        containers.map(async (id) => unlessUnchanged(this.#patient.getContainer(id).start())),
      );
    });
  }

  async remove(containers: readonly string[]): Promise<void> {
    await Promise.all(
      containers.map(async (id) =>
        this.#orNull(() => this.#patient.getContainer(id).remove({ force: true, v: false })),
      ),
    );
  }

  async removeNetworks(project: string): Promise<void> {
    const filters = { label: [`${LABEL.project}=${project}`] };
    await this.#ask(async () => {
      const networks = this.#read(networkList, await this.#docker.listNetworks({ filters }));
      await Promise.all(networks.map(async ({ Id }) => this.#docker.getNetwork(Id).remove()));
    });
  }

  async createVolume(
    name: string,
    { labels, options }: Pick<VolumeFacts, 'labels' | 'options'>,
  ): Promise<void> {
    await this.#ask(() =>
      this.#docker.createVolume({
        Name: name,
        Driver: 'local',
        DriverOpts: { ...options },
        Labels: { ...labels },
      }),
    );
  }

  async removeVolumes(names: readonly string[]): Promise<void> {
    await Promise.all(names.map(async (name) => this.#orNull(() => this.#docker.getVolume(name).remove())));
  }

  async now(): Promise<number> {
    return this.#ask(async () => {
      return instant(this.#read(infoAnswer, await this.#docker.info()).SystemTime) ?? Date.now();
    });
  }

  async *#yieldChanges(stream: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<string> {
    try {
      yield* changedContainers(stream as AsyncIterable<Buffer>);
    } catch (error) {
      if (!signal.aborted) throw dockerFault(error, this.#endpoint);
    }
    if (!signal.aborted) throw dockerFault(new StreamEnded(), this.#endpoint);
  }

  #read<T>(schema: Schema<T>, answer: unknown): T {
    return readAnswer(schema, answer, this.#endpoint);
  }

  async #orNull<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      return await ask();
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return null;
      throw dockerFault(error, this.#endpoint);
    }
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw dockerFault(error, this.#endpoint);
    }
  }
}

/** The engine answers before it subscribes: events of the last second, which it keeps, close that gap. */
function aSecondAgo(): number {
  return Math.floor(Date.now() / 1000) - 1;
}

/** The engine closed its event stream: it is stopping. */
class StreamEnded extends Error {
  readonly code = 'ECONNRESET';
}

const NOT_MODIFIED = 304;

/** Ignores 304: the container is already stopped or running. */
async function unlessUnchanged(change: Promise<unknown>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== NOT_MODIFIED) throw error;
  }
}
