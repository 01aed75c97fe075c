import { arch, cpus, release } from 'node:os';
import type { DiskFacts, MemoryFacts, PciGpu, SystemFacts } from '../../core/domain/host-facts.ts';
import type { HostFacts } from '../../ports/host-facts.ts';
import { readOsName } from './os-release.ts';
import { readPciGpus } from './pci-gpus.ts';

interface SystemHostFactsOptions {
  readonly osRelease?: readonly string[];
  readonly pciDevices?: string;
  readonly disksDeadlineMs?: number;
}

/**
 * Facts of the machine that runs this process. The package systeminformation is loaded on first use. Two of its functions
 * are not used: `osInfo` blocks the process while `hostname -f` waits for a name server, and `graphics` takes seconds.
 */
export class SystemHostFacts implements HostFacts {
  readonly #osRelease: readonly string[];
  readonly #pciDevices: string;
  readonly #disksDeadlineMs: number;

  constructor(options: SystemHostFactsOptions = {}) {
    this.#osRelease = options.osRelease ?? ['/etc/os-release', '/usr/lib/os-release'];
    this.#pciDevices = options.pciDevices ?? '/sys/bus/pci/devices';
    this.#disksDeadlineMs = options.disksDeadlineMs ?? 5_000;
  }

  async memory(): Promise<MemoryFacts> {
    const { default: memory } = await import('systeminformation/lib/memory.js');
    const { total, available } = await memory.mem();
    return { totalBytes: total, availableBytes: available };
  }

  async system(): Promise<SystemFacts> {
    const os = await readOsName(this.#osRelease);
    return { os, kernel: release(), architecture: arch(), cores: cpus().length };
  }

  async disks(): Promise<readonly DiskFacts[] | null> {
    const { default: fileSystem } = await import('systeminformation/lib/filesystem.js');
    // it runs df, which waits for every mounted server
    const found = await withDeadline(fileSystem.fsSize(), this.#disksDeadlineMs);
    return (
      found?.map(({ fs, type, mount, size, available }) => {
        return { device: fs, type, mount, sizeBytes: size, freeBytes: available };
      }) ?? null
    );
  }

  async pciGpus(): Promise<readonly PciGpu[]> {
    return readPciGpus(this.#pciDevices);
  }
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
