/** GPU memory of a service. Weights and cache are divided among its GPUs, the overhead is on each of them. Bytes. */
export interface GpuNeed {
  readonly weightsBytes: number;
  /** for the requested context and concurrency */
  readonly kvBytes: number;
  readonly overheadBytes: number;
  /** `header` read from the model, `catalogue` declared in the catalog and larger, `size` from the file sizes alone */
  readonly basis: 'header' | 'catalogue' | 'size';
}

/** A GPU or MIG device that a service can use. */
export interface PlacedDevice {
  readonly uuid: string;
  /** of the GPU, as the driver counts */
  readonly index: number;
  readonly name: string;
  readonly kind: 'gpu' | 'mig';
  readonly totalBytes: number;
  readonly computeCapability: string | null;
}

/** A device with what this project can use of it now. */
export interface PlacementDevice extends PlacedDevice {
  /** total - reserved by the driver - used or reserved by others - `gpu.reserve`; never below 0 */
  readonly availableBytes: number;
  /** used by processes outside rma */
  readonly foreignBytes: number;
  /** reserved or used by services of other projects, whichever is more */
  readonly othersBytes: number;
  /** the service outside the request that shares it with no other, as PROJECT/SERVICE; null: none */
  readonly usedExclusivelyBy: string | null;
  /** why it cannot be used at all, to follow its name (lost, in MIG mode, hidden by the settings, memory unknown); null: usable */
  readonly unusable: string | null;
}

/** GPU memory that is reserved for the container of a service, in this project or another. */
export interface GpuReservation {
  readonly project: string;
  readonly service: string;
  /** of the project that is planned now: its services are placed again, so their reservations are not subtracted */
  readonly own: boolean;
  readonly running: boolean;
  /** UUIDs of GPUs and MIG devices */
  readonly devices: readonly string[];
  /** on each of them */
  readonly bytesPerGpu: number;
  /** shares them with no other service */
  readonly exclusive: boolean;
  /** processes of the container, with the host's PIDs; null: unknown */
  readonly pids: readonly number[] | null;
}

/** A service that requests GPUs. A service of two profiles is placed once. */
export interface PlacementService {
  readonly service: string;
  /** from 1; `all`: every whole GPU that is allowed */
  readonly gpus: number | 'all';
  readonly need: GpuNeed;
  /** tokens, and requests at once, that the cache in `need` is sized for; used in hints. null: unknown */
  readonly context: number | null;
  readonly concurrency: number | null;
  /** fraction of the total memory that it reserves on each device, at least `need`; absent or null: `need` */
  readonly utilization?: number | null;
  /** shares its devices with no other service: requested so, or its engine has no memory limit */
  readonly exclusive: boolean;
  /** UUIDs of the devices that it may use; null: any */
  readonly allowed: readonly string[] | null;
  /** what it requests when nothing selects its GPUs: `list` if its file lists them; absent: `gpus` */
  readonly inFile?: number | 'all' | 'list';
  /** must be divisible by the number of GPUs for tensor parallelism; null: unknown */
  readonly attentionHeads: number | null;
  /** tensor parallelism divides the cache among at most so many GPUs and copies it on more; null: no limit */
  readonly kvHeads: number | null;
  /** lowest compute capability of its engine, `7.5`; absent or null: any */
  readonly minCompute?: string | null;
  /** number of hosts that run it together, each with so many GPUs; absent: 1 */
  readonly hosts?: number;
  /** services of one group run on different devices */
  readonly replicaGroup: string | null;
  /** UUIDs of the devices that it runs on now; null: it does not run */
  readonly current: readonly string[] | null;
  /** highest measured use on one of them, bytes; what exceeds the need is not available to others. null: unknown */
  readonly measuredBytes: number | null;
}

/** One way to run a profile. Services without GPUs are left out. */
export interface PlacementVariant {
  readonly name: string;
  readonly services: readonly PlacementService[];
}

export interface PlacementProfile {
  readonly profile: string;
  /** GPUs with less memory (total) are not used for the profile; null: no minimum */
  readonly minGpuBytes: number | null;
  readonly recommendedGpuBytes: number | null;
  /** best first; at least one */
  readonly variants: readonly PlacementVariant[];
  /** the variant that runs now, kept while it fits */
  readonly current: string | null;
  /** the only variant to use, as the user requested; the others are then tried for hints only. null: any */
  readonly requested: string | null;
  /** not part of this command: if it runs, it keeps its variant and its devices */
  readonly fixed: boolean;
}

/** What one service gets. */
export interface ServicePlacement {
  readonly service: string;
  /** by index; empty: on the CPU */
  readonly devices: readonly PlacedDevice[];
  /** reserved on each of them: the requested fraction, else the need; for an exclusive service 0.90 of the total where that much is available */
  readonly bytesPerGpu: number;
  /** the part of it that is for the KV cache */
  readonly kvBytesPerGpu: number;
  readonly exclusive: boolean;
  /** of all its hosts together; null: on the CPU */
  readonly need: GpuNeed | null;
  /** number of hosts that run it together; absent: 1 */
  readonly hosts?: number;
}

/** Why a device was chosen or refused for a service, in one line each. */
export interface PlacementReason {
  readonly service: string;
  readonly profile: string;
  readonly variant: string;
  readonly taken: string;
  readonly refused: readonly { readonly uuid: string; readonly why: string }[];
}

/** A variant that ranks above the chosen one, and why it was not chosen. */
export interface RefusedVariant {
  readonly profile: string;
  readonly variant: string;
  readonly why: string;
}

export interface Placed {
  readonly ok: true;
  /** profile → variant */
  readonly variants: ReadonlyMap<string, string>;
  readonly services: readonly ServicePlacement[];
  readonly reasons: readonly PlacementReason[];
  readonly refusedVariants: readonly RefusedVariant[];
  /** warnings: a GPU below the recommended size, a search that was cut short */
  readonly notes: readonly string[];
}

/**
 * Why there is no placement: `NO_FIT` too little memory, `UNEQUAL` no identical GPUs for tensor parallelism, `TOO_FEW` fewer
 * GPUs than requested, `HEADS` the number of GPUs does not divide the attention heads, `NONE` no usable GPU.
 */
export type PlacementFault =
  | 'RMA_GPU_NO_FIT'
  | 'RMA_GPU_UNEQUAL'
  | 'RMA_GPU_TOO_FEW'
  | 'RMA_GPU_HEADS'
  | 'RMA_GPU_NONE';

/** The profiles do not fit. Names the first that does not, the reasons per device, and the smallest change that would help. */
export interface NotPlaced {
  readonly ok: false;
  readonly code: PlacementFault;
  readonly profile: string;
  readonly message: string;
  readonly hint: string;
  readonly refusedVariants: readonly RefusedVariant[];
  readonly reasons: readonly PlacementReason[];
}

export type Placement = Placed | NotPlaced;
