import { createAuthority } from '../../../src/adapters/certificate/authority.ts';
import type { ContainerFacts } from '../../../src/core/domain/container.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import type { DockerCli } from '../../../src/ports/docker-cli.ts';
import type { EngineImages } from '../../../src/ports/engine-images.ts';
import type { FileStore } from '../../../src/ports/file-store.ts';
import type { Host } from '../../../src/ports/host.ts';
import type { HostFacts } from '../../../src/ports/host-facts.ts';
import type { Invocation } from '../../../src/ports/invocation.ts';
import type { Processes } from '../../../src/ports/processes.ts';
import { FakeClock } from '../clock/fake-clock.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { Broadcast } from './broadcast.ts';
import { FakeServices } from './fake-services.ts';
import { refuse } from './refusing.ts';

/** Returns an engine with these methods; every other one fails the test. */
export function engineOf(over: Partial<ContainerEngine> = {}): ContainerEngine {
  return {
    facts: refuse('engine.facts'),
    containers: refuse('engine.containers'),
    container: refuse('engine.container'),
    mounts: refuse('engine.mounts'),
    images: refuse('engine.images'),
    volumes: refuse('engine.volumes'),
    networks: refuse('engine.networks'),
    changes: refuse('engine.changes'),
    processes: refuse('engine.processes'),
    usage: refuse('engine.usage'),
    logTail: refuse('engine.logTail'),
    stop: refuse('engine.stop'),
    start: refuse('engine.start'),
    remove: refuse('engine.remove'),
    removeNetworks: refuse('engine.removeNetworks'),
    createVolume: refuse('engine.createVolume'),
    removeVolumes: refuse('engine.removeVolumes'),
    now: refuse('engine.now'),
    ...over,
  };
}

/** Returns the methods of an engine that has these containers, looked up at each call, no volumes, and reports no changes. */
export function listing(
  containers: () => readonly ContainerFacts[],
): Pick<ContainerEngine, 'containers' | 'container' | 'changes' | 'volumes'> {
  return {
    volumes: async () => new Map(),
    changes: async (_project, signal) => new Broadcast<string>().subscribe(signal),
    containers: async () => containers(),
    container: async (id) => containers().find((each) => each.id === id) ?? null,
  };
}

/** Returns Docker's commands as given; every other one fails the test. */
export function dockerOf(over: Partial<DockerCli> = {}): DockerCli {
  return {
    composeVersion: refuse('docker.composeVersion'),
    build: refuse('docker.build'),
    tag: refuse('docker.tag'),
    pull: refuse('docker.pull'),
    up: refuse('docker.up'),
    logs: refuse('docker.logs'),
    exec: refuse('docker.exec'),
    execHere: refuse('docker.execHere'),
    oneOff: refuse('docker.oneOff'),
    oneOffHere: refuse('docker.oneOffHere'),
    ...over,
  };
}

/** Returns files with these contents, by path; every method but `read` fails the test unless given. */
export function filesOf(
  contents: Readonly<Record<string, string>> = {},
  over: Partial<FileStore> = {},
): FileStore {
  return {
    read: async (path) => contents[path] ?? null,
    write: refuse('files.write'),
    createDirectory: refuse('files.createDirectory'),
    remove: refuse('files.remove'),
    list: refuse('files.list'),
    removeLeftovers: refuse('files.removeLeftovers'),
    facts: refuse('files.facts'),
    chown: refuse('files.chown'),
    isReadOnly: refuse('files.isReadOnly'),
    freeBytes: refuse('files.freeBytes'),
    ...over,
  };
}

/** Returns the facts of a machine; every method that is not given fails the test. */
export function factsOf(over: Partial<HostFacts> = {}): HostFacts {
  return {
    memory: refuse('facts.memory'),
    system: refuse('facts.system'),
    disks: refuse('facts.disks'),
    pciGpus: refuse('facts.pciGpus'),
    ...over,
  };
}

/** Returns the images of an engine; every method that is not given fails the test. */
export function imagesOf(over: Partial<EngineImages> = {}): EngineImages {
  return {
    inspect: refuse('images.inspect'),
    registryDigest: refuse('images.registryDigest'),
    platform: refuse('images.platform'),
    save: refuse('images.save'),
    load: refuse('images.load'),
    layers: refuse('images.layers'),
    remove: refuse('images.remove'),
    ...over,
  };
}

/** Returns a host with these parts; every method of another part fails the test. */
export function hostOf(over: Partial<Host> = {}): Host {
  return {
    name: 'box',
    engine: engineOf(),
    docker: dockerOf(),
    gpus: { probe: refuse('gpus.probe') },
    facts: factsOf(),
    files: filesOf(),
    // one machine, unless the test has another one
    localFiles: over.files ?? filesOf(),
    ports: {
      isTaken: refuse('ports.isTaken'),
      reach: refuse('ports.reach'),
      hasAddress: refuse('ports.hasAddress'),
    },
    names: { hasAddress: refuse('names.hasAddress') },
    services: new FakeServices(),
    commands: { run: refuse('commands.run'), passThrough: refuse('commands.passThrough') },
    schedulers: [],
    images: imagesOf(),
    caller: { uid: 1001, gid: 1001 },
    ...over,
  };
}

/** Returns the processes of a machine where every process runs, changed as given. */
export function processesOf(over: Partial<Processes> = {}): Processes {
  return {
    self: async () => ({
      host: 'box',
      machine: 'machine-1',
      boot: 'boot-1',
      pidNamespace: 'pid:[1]',
      pid: 4711,
      startTime: '100',
      user: 'alice',
    }),
    isRunning: async () => true,
    ...over,
  };
}

/** Returns an invocation without hubs, data and tokens; its clock jumps and its reporter drops everything. */
export function invocationOf(over: Partial<Invocation> = {}): Invocation {
  return {
    sources: [],
    ranges: { read: refuse('ranges.read') },
    workerImage: { context: '/image', tag: refuse('workerImage.tag') },
    clock: new JumpingClock(),
    reporter: { emit: () => undefined },
    signal: new AbortController().signal,
    environment: {},
    catalog: refuse('catalog'),
    hubToken: async () => null,
    certificates: async () => null,
    peerToken: async () => null,
    randomKey: () => 'new-key',
    authority: createAuthority(new FakeClock()),
    processes: processesOf(),
    ...over,
  };
}
