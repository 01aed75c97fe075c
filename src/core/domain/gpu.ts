/** Memory of a GPU or MIG device, bytes. null: not reported by the driver. `reserved` is part of neither used nor free. */
export interface GpuMemory {
  readonly totalBytes: number | null;
  readonly reservedBytes: number | null;
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
}

/** A process that uses memory of a GPU, with its host PID. */
export interface GpuProcess {
  /** null: the driver reports none that can be read */
  readonly pid: number | null;
  readonly name: string;
  readonly kind: 'compute' | 'graphics' | 'both' | 'unknown';
  readonly memoryBytes: number | null;
  /** index of the MIG device that it uses; absent for a whole GPU */
  readonly migIndex?: number;
}

/** A slice of a GPU in MIG mode. One process uses one of them. */
export interface MigDevice {
  /** `MIG-…`; null if the UUID could not be determined */
  readonly uuid: string | null;
  /** `1g.10gb` */
  readonly profile: string | null;
  /** index among the devices of its GPU */
  readonly index: number;
  readonly memory: GpuMemory;
}

export interface Gpu {
  /** driver index in PCI bus order; may change after a reboot */
  readonly index: number;
  /** `GPU-…`; the PCI address if the driver reports no UUID */
  readonly uuid: string;
  readonly name: string;
  readonly pciBusId: string | null;
  readonly memory: GpuMemory;
  /** uses system memory (sizes are then those of the machine) */
  readonly unified: boolean;
  /** `8.9` */
  readonly computeCapability: string | null;
  readonly utilizationPercent: number | null;
  readonly temperatureCelsius: number | null;
  /** what it draws now, whole watts */
  readonly powerWatts: number | null;
  /** null: MIG is not supported, or not reported */
  readonly migEnabled: boolean | null;
  readonly migDevices: readonly MigDevice[];
  /** null: unknown, because the driver hides them (in a container, under WSL) */
  readonly processes: readonly GpuProcess[] | null;
  /** why it is not usable, in one line; null if it is */
  readonly fault: string | null;
}

/** A message about the GPUs of a host; not an error by itself. */
export interface GpuNotice {
  /** `RMA_GPU_…` */
  readonly code: `RMA_GPU_${string}`;
  readonly message: string;
  readonly hint: string;
}

/** The GPUs of one host according to its driver. No GPUs is not an error; `absence` then has the reason. */
export interface GpuInventory {
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  /** by index */
  readonly gpus: readonly Gpu[];
  readonly absence: GpuNotice | null;
  readonly warnings: readonly GpuNotice[];
}
