/** The RAM of a machine, bytes. */
export interface MemoryFacts {
  readonly totalBytes: number;
  /** what programs can still allocate without swapping: `MemAvailable` of /proc/meminfo */
  readonly availableBytes: number;
}

export interface SystemFacts {
  /** name and version of the distribution, such as `Debian GNU/Linux 12 (bookworm)`; null: unknown */
  readonly os: string | null;
  /** release of the kernel, as `uname -r` prints it */
  readonly kernel: string;
  /** as Node.js names it: `x64`, `arm64` */
  readonly architecture: string;
  /** logical processors */
  readonly cores: number;
}

/** One mounted file system. Sizes in bytes. */
export interface DiskFacts {
  readonly device: string;
  /** `ext4`, `xfs`, `overlay`, `nfs4`, … */
  readonly type: string;
  readonly mount: string;
  readonly sizeBytes: number;
  /** what users other than root can still write */
  readonly freeBytes: number;
}

/** A GPU on the PCI bus, with or without a driver. */
export interface PciGpu {
  readonly vendor: 'nvidia' | 'amd' | 'intel';
  /** such as `0000:03:00.0` */
  readonly address: string;
}

/** The output of `rma-worker facts`: of the host, except `disks`, which are those mounted in the container. */
export interface WorkerFacts extends Omit<SystemFacts, 'os'> {
  readonly schema: 'rma.worker-facts/v1';
  readonly memory: MemoryFacts;
  readonly disks: readonly DiskFacts[] | null;
  readonly pciGpus: readonly PciGpu[];
}

/** The machine that runs the containers of a project; null for what is unknown. */
export interface HostReport {
  /** as the engine reports it */
  readonly name: string;
  readonly memory: MemoryFacts | null;
  /** bytes free in the file system of the store */
  readonly storeFreeBytes: number | null;
}
