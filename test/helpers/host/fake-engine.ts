import type { ContainerFacts, ContainerSummary, ContainerUsage } from '../../../src/core/domain/container.ts';
import type { EngineFacts, NetworkFacts, VolumeFacts } from '../../../src/core/domain/docker-engine.ts';
import type { ContainerMount } from '../../../src/core/domain/volume.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { Broadcast } from './broadcast.ts';
import { FakeImages } from './fake-images.ts';
import type { Recorder } from './recorder.ts';

/** A Docker Engine in memory: containers start, stop, crash and vanish, and every change reaches its subscribers. */
export class FakeEngine implements ContainerEngine {
  readonly version = '28.3.3';
  memoryBytes: number | null = null;
  /** milliseconds since the Unix epoch */
  clock = Date.UTC(2026, 0, 2);
  /** reads so far, such as `containers` or `container a-worker` */
  readonly reads: string[] = [];
  /** service → its log */
  readonly logs = new Map<string, readonly string[]>();
  /** service → process ids */
  readonly pids = new Map<string, readonly number[]>();
  /** service → what it uses */
  readonly uses = new Map<string, ContainerUsage>();
  /** of all containers */
  readonly allMounts: ContainerMount[] = [];
  readonly imageStore = new FakeImages();
  readonly changed = new Broadcast<ContainerFacts>();
  readonly #containers = new Map<string, ContainerFacts>();
  readonly #volumes = new Map<string, VolumeFacts>();
  readonly #networks = new Map<string, NetworkFacts>();
  readonly #recorder: Recorder;
  #made = 0;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Returns the container of a service; undefined when it has none. */
  find(project: string, service: string): ContainerFacts | undefined {
    return this.all.find((each) => each.project === project && each.service === service);
  }

  get all(): readonly ContainerFacts[] {
    return [...this.#containers.values()];
  }

  /** Returns the names of images, volumes and networks, sorted. */
  get objects(): readonly string[] {
    const names = [this.imageStore.keys, this.#volumes.keys(), this.#networks.keys()];
    return names.flatMap((each) => [...each].sort());
  }

  /** Adds a container as it is. */
  put(container: Omit<ContainerFacts, 'id'>): ContainerFacts {
    this.#made += 1;
    const made = { ...container, id: `${container.service}-${this.#made}` };
    this.#set(made);
    return made;
  }

  /** Starts a container as a user does. */
  launch(id: string): void {
    this.#update(id, { ...this.#runs(id), restarts: 0 });
  }

  exit(id: string, exitCode: number): void {
    this.#update(id, { state: 'exited', exitCode });
  }

  /** Ends a container as a crash does; its restart policy starts it again. */
  crash(id: string): void {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    this.#update(id, { state: 'restarting', restarts: container.restarts + 1 });
    this.#update(id, this.#runs(id));
  }

  /** Changes what an inspect shows of a container. */
  alter(id: string, change: Partial<ContainerFacts>): void {
    this.#update(id, change);
  }

  destroy(id: string): void {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    this.#containers.delete(id);
    this.changed.send(container);
  }

  addImage(reference: string): void {
    this.imageStore.add(reference);
  }

  removeImage(reference: string): void {
    void this.imageStore.remove(reference);
  }

  addVolume(name: string, over: Partial<VolumeFacts> = {}): void {
    if (!this.#volumes.has(name))
      this.#volumes.set(name, {
        name,
        driver: 'local',
        options: {},
        labels: {},
        createdAt: this.clock,
        ...over,
      });
  }

  addNetwork(project: string): void {
    const name = `${project}_default`;
    if (!this.#networks.has(name)) this.#networks.set(name, { id: name, name, project });
  }

  async facts(): Promise<EngineFacts> {
    this.reads.push('facts');
    const endpoint = 'unix:///var/run/docker.sock';
    return {
      version: this.version,
      apiVersion: '1.51',
      name: 'box',
      rootDir: '/var/lib/docker',
      memoryBytes: this.memoryBytes,
      endpoint,
    };
  }

  async containers(): Promise<readonly ContainerSummary[]> {
    this.reads.push('containers');
    return [...this.all].sort((a, b) => a.service.localeCompare(b.service));
  }

  async container(id: string): Promise<ContainerFacts | null> {
    const container = this.#containers.get(id) ?? null;
    this.reads.push(`container ${container?.service ?? id}`);
    return container;
  }

  async mounts(): Promise<readonly ContainerMount[]> {
    return this.allMounts;
  }

  async images(): Promise<ReadonlySet<string>> {
    this.reads.push('images');
    return new Set(this.imageStore.keys);
  }

  async volumes(): Promise<ReadonlyMap<string, VolumeFacts>> {
    this.reads.push('volumes');
    return new Map(this.#volumes);
  }

  async networks(): Promise<readonly NetworkFacts[]> {
    this.reads.push('networks');
    return [...this.#networks.values()];
  }

  async changes(project: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    this.reads.push('changes');
    return idsOf(this.changed.subscribe(signal), project);
  }

  async processes(container: string): Promise<readonly number[]> {
    const found = this.#containers.get(container);
    this.reads.push(`processes ${found?.service ?? container}`);
    return this.pids.get(found?.service ?? '') ?? [];
  }

  async usage(container: string): Promise<ContainerUsage | null> {
    return this.uses.get(this.#containers.get(container)?.service ?? '') ?? null;
  }

  async logTail(container: string, lines: number): Promise<readonly string[]> {
    const service = this.#containers.get(container)?.service ?? '';
    return (this.logs.get(service) ?? []).slice(-lines);
  }

  async stop(containers: readonly string[]): Promise<void> {
    await this.#recorder.change(`stop ${this.#services(containers)}`, () => {
      for (const id of containers) if (this.#containers.get(id)?.state === 'running') this.exit(id, 0);
    });
  }

  async start(containers: readonly string[]): Promise<void> {
    await this.#recorder.change(`start ${this.#services(containers)}`, () => {
      for (const id of containers) if (this.#containers.get(id)?.state !== 'running') this.launch(id);
    });
  }

  async remove(containers: readonly string[]): Promise<void> {
    await this.#recorder.change(`remove ${this.#services(containers)}`, () => {
      for (const id of containers) this.destroy(id);
    });
  }

  async removeNetworks(project: string): Promise<void> {
    await this.#recorder.change(`remove-networks ${project}`, () => {
      for (const [name, network] of [...this.#networks])
        if (network.project === project) this.#networks.delete(name);
    });
  }

  /** Locks and reservations are no part of a plan, and are not recorded. */
  async createVolume(name: string, volume: Pick<VolumeFacts, 'labels' | 'options'>): Promise<void> {
    if ('rma.nonce' in volume.labels) this.addVolume(name, volume);
    else await this.#recorder.change(`create-volume ${name}`, () => this.addVolume(name, volume));
  }

  async removeVolumes(names: readonly string[]): Promise<void> {
    for (const name of names) this.#volumes.delete(name);
  }

  async now(): Promise<number> {
    return this.clock;
  }

  #services(ids: readonly string[]): string {
    return ids.map((id) => this.#containers.get(id)?.service ?? id).join(' ');
  }

  #runs(id: string): Partial<ContainerFacts> {
    const health = this.#containers.get(id)?.health === 'none' ? 'none' : 'healthy';
    return { state: 'running', health, exitCode: null, startedAt: this.#recorder.tick() };
  }

  #update(id: string, change: Partial<ContainerFacts>): void {
    const container = this.#containers.get(id);
    if (container !== undefined) this.#set({ ...container, ...change });
  }

  #set(container: ContainerFacts): void {
    this.#containers.set(container.id, container);
    this.changed.send(container);
  }
}

async function* idsOf(containers: AsyncIterable<ContainerFacts>, project: string): AsyncGenerator<string> {
  for await (const container of containers) if (container.project === project) yield container.id;
}
