import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The loopback of the engine: "containers" listen here; the user's loopback is 127.0.0.1. */
const INNER = '127.0.0.2';
const FORWARDER = new URL('../../../scripts/engine/forwarder.mjs', import.meta.url).pathname;

interface PublishedPort {
  readonly IP: string;
  readonly PublicPort: number;
  readonly Type: string;
}

/** Both halves of the forwarder as real processes, with a Docker API of two routes and real servers. */
export class ForwarderRig {
  readonly #folder: string;
  readonly #children: ChildProcess[] = [];
  readonly #servers = new Map<number, net.Server>();
  readonly #streams = new Set<http.ServerResponse>();
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  #docker: http.Server | undefined;
  #published: readonly PublishedPort[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<ForwarderRig> {
    const rig = new ForwarderRig(await mkdtemp(join(tmpdir(), 'rma-fw-')));
    await rig.startDocker();
    rig.#spawn('inside', rig.#path('forward.sock'), INNER);
    await rig.said('ready on');
    rig.#spawn('outside', rig.#path('forward.sock'), rig.#path('docker.sock'));
    return rig;
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    for (const server of this.#servers.values()) server.close();
    this.stopDocker();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async startDocker(): Promise<void> {
    const docker = http.createServer((request, response) => {
      if (request.url?.startsWith('/events') === true) {
        response.writeHead(200).flushHeaders();
        this.#streams.add(response);
        response.on('close', () => this.#streams.delete(response));
        return;
      }
      response.end(JSON.stringify([{ Ports: this.#published }, {}]));
    });
    this.#docker = docker;
    await rm(this.#path('docker.sock'), { force: true });
    docker.listen(this.#path('docker.sock'));
    await once(docker, 'listening');
  }

  stopDocker(): void {
    this.#docker?.close();
    this.#docker?.closeAllConnections();
  }

  /** Changes what the containers publish, and sends an event. */
  publish(...ports: readonly (number | PublishedPort)[]): void {
    this.#published = ports.map((port) =>
      typeof port === 'number' ? { IP: '127.0.0.1', PublicPort: port, Type: 'tcp' } : port,
    );
    for (const stream of this.#streams) stream.write('{"Action":"start"}\n');
  }

  /** Starts a server in a "container" on a free port. Returns the port. */
  async serve(handler: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer({ allowHalfOpen: true }, handler);
    server.listen(0, INNER);
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    this.#servers.set(port, server);
    return port;
  }

  async stopServing(port: number): Promise<void> {
    const server = this.#servers.get(port);
    server?.close();
    if (server?.listening === true) await once(server, 'close');
  }

  /** Resolves when the forwarder has logged a line with this text. Returns the number of such lines. */
  async said(text: string, times = 1): Promise<number> {
    for (;;) {
      const count = this.#lines.filter((line) => line.includes(text)).length;
      if (count >= times) return count;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  log(): readonly string[] {
    return this.#lines;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #spawn(...args: readonly string[]): void {
    const child = spawn(process.execPath, [FORWARDER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    });
  }
}
