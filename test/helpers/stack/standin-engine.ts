import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import type { VolumeFacts } from '../../../src/core/domain/docker-engine.ts';
import { tempFolder } from '../files/temp-folder.ts';

export interface StandinContainer {
  readonly service: string;
  /** the name of the service unless given */
  readonly id?: string;
  readonly image?: string;
  /** milliseconds since the Unix epoch */
  readonly startedAt?: number;
  readonly health?: string;
  /** volume mounted as the store */
  readonly store?: string;
  readonly project?: string;
  readonly profile?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly state?: 'running' | 'exited';
  readonly pids?: readonly number[];
  readonly ports?: Readonly<Record<string, number>>;
  /** the answer to `docker stats` */
  readonly stats?: unknown;
  /** lines of its log, each with its time in milliseconds since the Unix epoch */
  readonly log?: readonly (readonly [at: number, line: string])[];
}

export interface StandinState {
  containers?: readonly StandinContainer[];
  /** names with tag */
  images?: readonly string[];
  /** image → digest in its registry */
  registry?: Readonly<Record<string, string>>;
  volumes?: readonly (Pick<VolumeFacts, 'name'> & Partial<VolumeFacts>)[];
  /** network → project */
  networks?: Readonly<Record<string, string>>;
  /** RAM of the engine's machine */
  memoryBytes?: number;
}

/** An HTTP server that responds like a Docker Engine and records the requests. */
export class StandinEngine {
  readonly endpoint: string;
  /** method and path of each request so far, without the API version and the query */
  readonly requests: string[] = [];
  state: StandinState;
  readonly #socket: string;
  readonly #streams = new Set<ServerResponse>();
  #server: Server | null = null;

  constructor(socket: string, state: StandinState) {
    this.#socket = socket;
    this.endpoint = `unix://${socket}`;
    this.state = state;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://docker');
      const path = pathname.replace(/^\/v[\d.]+/, '');
      this.requests.push(`${request.method} ${path}`);
      if (path === '/events') this.#openStream(response);
      else if (path === '/volumes/create') void this.#createVolume(request, response);
      else if (path.endsWith('/logs')) this.#sendLog(path, searchParams, response);
      else if (request.method === 'DELETE') this.#removeVolume(path, response);
      else this.#answer(path, response);
    });
    await new Promise<void>((resolve) => {
      server.listen(this.#socket, resolve);
    });
    this.#server = server;
  }

  /** Closes every connection and the socket, like an engine that stops. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Sends an event to every open stream; `pieces` cuts its JSON at these places. */
  emit(event: unknown, pieces: readonly number[] = []): void {
    const text = `${JSON.stringify(event)}\n`;
    const cuts = [0, ...pieces, text.length];
    for (const stream of this.#streams)
      cuts.slice(1).forEach((end, at) => {
        stream.write(text.slice(cuts[at], end));
      });
  }

  #openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
  }

  async #createVolume(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Name, Labels } = (await json(request)) as { Name: string; Labels: Record<string, string> };
    const { volumes = [] } = this.state;
    const exists = volumes.some(({ name }) => name === Name);
    if (!exists) this.state = { ...this.state, volumes: [...volumes, { name: Name, labels: Labels }] };
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ Name }));
  }

  #sendLog(path: string, query: URLSearchParams, response: ServerResponse): void {
    const log = this.state.containers?.find((each) => path === `/containers/${idOf(each)}/logs`)?.log ?? [];
    const since = 1000 * Number(query.get('since') ?? 0);
    const lines = log.slice(-Number(query.get('tail'))).filter(([at]) => at >= since);
    const frames = lines.map(([, line]) => {
      const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
      header.writeUInt32BE(line.length + 1, 4);
      return Buffer.concat([header, Buffer.from(`${line}\n`)]);
    });
    response.end(Buffer.concat(frames));
  }

  #removeVolume(path: string, response: ServerResponse): void {
    const { volumes = [] } = this.state;
    this.state = { ...this.state, volumes: volumes.filter(({ name }) => path !== `/volumes/${name}`) };
    response.writeHead(204).end();
  }

  #answer(path: string, response: ServerResponse): void {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const list = this.#lists()[path];
    const [, image] = /^\/distribution\/(.+)\/json$/.exec(path) ?? [];
    const digest = image === undefined ? undefined : this.state.registry?.[image];
    const [, id = '', what = ''] = /^\/containers\/([^/]+)\/(json|top|stats)$/.exec(path) ?? [];
    const container = this.state.containers?.find((each) => idOf(each) === id);
    if (list !== undefined) send(200, list);
    else if (digest !== undefined) send(200, { Descriptor: { digest }, Platforms: [] });
    else if (image !== undefined) send(403, { message: `${image}: access denied` });
    else if (container === undefined) send(404, { message: `no such container: ${id}` });
    else if (what === 'json') send(200, inspected(container));
    else if (what === 'stats') send(200, container.stats ?? NO_STATS);
    else if (container.state === 'exited') send(409, { message: `container ${id} is not running` });
    else send(200, processTable(container));
  }

  #lists(): Readonly<Record<string, unknown>> {
    const { containers = [], images = [], volumes = [], networks = {} } = this.state;
    return {
      '/version': { Version: '28.3.3', ApiVersion: '1.51' },
      '/info': { Name: 'standin', DockerRootDir: '/var/lib/docker', MemTotal: this.state.memoryBytes },
      '/containers/json': containers.map(listed),
      '/images/json': images.map((name) => ({ Id: `sha256:${name}`, RepoTags: [name], RepoDigests: null })),
      '/volumes': {
        Volumes: volumes.map(({ name, driver = 'local', options = null, labels = null }) => ({
          Name: name,
          Driver: driver,
          Options: options,
          Labels: labels,
        })),
      },
      '/networks': Object.entries(networks).map(([Name, project]) => ({
        Id: Name,
        Name,
        Labels: { 'rma.project': project },
      })),
    };
  }
}

/** As an engine answers for a container that is not running. */
const NO_STATS = {
  cpu_stats: { cpu_usage: { total_usage: 0 } },
  precpu_stats: { cpu_usage: { total_usage: 0 } },
  memory_stats: {},
};

/** Starts an engine with these containers, and stops it after the test. Its `endpoint` is a value for DOCKER_HOST. */
export async function standinEngine(state: StandinState): Promise<StandinEngine> {
  const engine = new StandinEngine(join(tempFolder(), 'docker.sock'), state);
  await engine.start();
  onTestFinished(() => engine.stop());
  return engine;
}

function idOf({ id, service }: StandinContainer): string {
  return id ?? service;
}

function labelsOf(container: StandinContainer): Record<string, string> {
  const { service, project = 'rma', profile = 'gpu-worker', labels = {} } = container;
  return {
    'rma.project': project,
    'rma.service': service,
    ...(profile !== null && { 'rma.profile': profile }),
    ...labels,
  };
}

function listed(container: StandinContainer): unknown {
  const { service, project = 'rma', state = 'running', store } = container;
  return {
    Id: idOf(container),
    Names: [`/${project}-${service}-1`],
    State: state,
    Labels: labelsOf(container),
    Mounts: store === undefined ? [] : [{ Type: 'volume', Name: store, Destination: '/models', RW: true }],
  };
}

function inspected(container: StandinContainer): unknown {
  const {
    service,
    project = 'rma',
    state = 'running',
    ports = {},
    image = 'engine:1',
    health,
    store,
  } = container;
  const startedAt = container.startedAt ?? Date.UTC(2026, 10, 17, 9);
  const bindings = Object.entries(ports).map(([inside, port]) => [
    `${inside}/tcp`,
    [{ HostIp: '127.0.0.1', HostPort: String(port) }],
  ]);
  return {
    Id: idOf(container),
    Name: `/${project}-${service}-1`,
    Image: `sha256:${service}`,
    RestartCount: 0,
    State: {
      Status: state,
      Running: state === 'running',
      ExitCode: 0,
      StartedAt: new Date(startedAt).toISOString(),
      ...(health !== undefined && { Health: { Status: health } }),
    },
    Config: { Image: image, Labels: labelsOf(container) },
    HostConfig: { PortBindings: Object.fromEntries(bindings) },
    Mounts: store === undefined ? [] : [{ Type: 'volume', Name: store, Destination: '/models' }],
  };
}

function processTable({ pids = [] }: StandinContainer): unknown {
  return {
    Titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'],
    Processes: pids.map((pid) => ['root', String(pid), '1', '0', '09:00', '?', '00:00:01', 'serve']),
  };
}
