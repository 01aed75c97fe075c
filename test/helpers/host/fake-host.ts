import type { GpuInventory } from '../../../src/core/domain/gpu.ts';
import type { MemoryFacts, PciGpu } from '../../../src/core/domain/host-facts.ts';
import type { Host } from '../../../src/ports/host.ts';
import { FakeDocker } from './fake-docker.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeScheduler } from './fake-scheduler.ts';
import { FakeServices } from './fake-services.ts';
import { FakeWorkers } from './fake-workers.ts';
import { MemoryFiles } from './memory-files.ts';
import { Recorder, type Records } from './recorder.ts';
import { refuse } from './refusing.ts';

const GIB = 2 ** 30;

const NO_GPUS: GpuInventory = {
  driverVersion: null,
  cudaVersion: null,
  gpus: [],
  absence: null,
  warnings: [],
};

/** A machine in memory, with an engine that keeps containers and workers that report. Its changes are recorded. */
export class FakeHost implements Host {
  readonly name: string;
  readonly recorder = new Recorder();
  readonly engine = new FakeEngine(this.recorder);
  readonly workers = new FakeWorkers(this.engine, this.recorder);
  readonly files = new MemoryFiles(this.recorder);
  readonly localFiles = this.files;
  readonly docker = new FakeDocker({
    engine: this.engine,
    files: this.files,
    workers: this.workers,
    recorder: this.recorder,
  });
  /** ports in use by other programs */
  readonly takenPorts = new Set<number>();
  inventory: GpuInventory = NO_GPUS;
  readonly gpus = { probe: async () => this.inventory };
  pciGpus: readonly PciGpu[] = [];
  memory: MemoryFacts = { totalBytes: 64 * GIB, availableBytes: 60 * GIB };
  readonly facts = {
    memory: async () => this.memory,
    system: async () => ({ os: 'Debian GNU/Linux 12', kernel: '6.1.0', architecture: 'x64', cores: 8 }),
    disks: async () => [],
    pciGpus: async () => this.pciGpus,
  };
  /** addresses that the machine does not have */
  readonly otherAddresses = new Set<string>();
  readonly ports = {
    isTaken: async (_address: string, port: number) => this.takenPorts.has(port),
    reach: async () => 'open' as const,
    hasAddress: async (address: string) => !this.otherAddresses.has(address),
  };
  readonly services = new FakeServices();
  readonly commands = { run: refuse('commands.run'), passThrough: refuse('commands.passThrough') };
  readonly fakeSchedulers = {
    systemd: new FakeScheduler('systemd'),
    'cron.d': new FakeScheduler('cron.d'),
    crontab: new FakeScheduler('crontab'),
    container: new FakeScheduler('container'),
  };
  readonly schedulers = Object.values(this.fakeSchedulers);
  readonly names = { hasAddress: async () => true };
  readonly images = this.engine.imageStore;
  readonly caller = { uid: 1001, gid: 1001 };

  constructor(name = 'box') {
    this.name = name;
  }

  /** Returns the changes since the last call, one line each. */
  takeChanges(): readonly string[] {
    this.recorder.ended.length = 0;
    this.recorder.reports.clear();
    return this.recorder.changes.splice(0);
  }

  /** Returns the changes since the last call with their start and end, and what workers reported. */
  takeRecords(): Records {
    const records = { changes: [...this.recorder.ended], reports: new Map(this.recorder.reports) };
    this.takeChanges();
    return records;
  }
}
