/** Memory of a GPU or MIG device, bytes. null: the driver does not tell. `reserved` is in neither used nor free. */
export interface GpuMemory {
  readonly totalBytes: number | null;
  readonly reservedBytes: number | null;
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
}

/** A process that holds memory of a GPU, by its number on the host. */
export interface GpuProcess {
  readonly pid: number;
  readonly name: string;
  readonly kind: 'compute' | 'graphics' | 'both' | 'unknown';
  readonly memoryBytes: number | null;
  /** the MIG device of its GPU that it uses, by that device's index; absent for a whole GPU */
  readonly migIndex?: number;
}

/** A slice of a GPU in MIG mode. It is a unit of its own: one process sees one of them. */
export interface MigDevice {
  /** `MIG-…`; null when the driver lists the device without a name that could be joined to it */
  readonly uuid: string | null;
  /** `1g.10gb` */
  readonly profile: string | null;
  /** among the devices of its GPU */
  readonly index: number;
  readonly memory: GpuMemory;
}

export interface Gpu {
  /** of the driver, in the order of the PCI bus; not the same after a reboot for sure */
  readonly index: number;
  /** `GPU-…`; of a GPU with a fault its PCI address, when the driver tells no more */
  readonly uuid: string;
  readonly name: string;
  readonly pciBusId: string | null;
  readonly memory: GpuMemory;
  /** shares the memory of the machine (its sizes are then those of the machine) */
  readonly unified: boolean;
  /** `8.9` */
  readonly computeCapability: string | null;
  readonly utilizationPercent: number | null;
  readonly temperatureCelsius: number | null;
  /** null: the GPU cannot be divided, or the driver does not tell */
  readonly migEnabled: boolean | null;
  readonly migDevices: readonly MigDevice[];
  /** null: unknown, since the driver hides them (in a container, under WSL) */
  readonly processes: readonly GpuProcess[] | null;
  /** why it cannot be used now, in one line; null when it can */
  readonly fault: string | null;
}

/** Something about the GPUs of a box that is worth telling; never an error by itself. */
export interface GpuNotice {
  /** `RMA_GPU_…` */
  readonly code: `RMA_GPU_${string}`;
  readonly message: string;
  readonly hint: string;
}

/** The GPUs of one box, as its driver tells. A box without GPUs is no error: `absence` then says why there are none. */
export interface GpuInventory {
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  /** by index */
  readonly gpus: readonly Gpu[];
  readonly absence: GpuNotice | null;
  readonly warnings: readonly GpuNotice[];
}
