/** What a service needs on GPUs. Weights and cache are divided among its GPUs, the overhead is on each of them. Bytes. */
export interface GpuNeed {
  readonly weightsBytes: number;
  /** for the context and the concurrency asked */
  readonly kvBytes: number;
  readonly overheadBytes: number;
  /** the figures: `header` read from the model, `catalog` declared there and larger, `size` from the files alone */
  readonly basis: 'header' | 'catalogue' | 'size';
}

/** A GPU or MIG device that a service can be given. */
export interface PlacedDevice {
  readonly uuid: string;
  /** of the GPU, as the driver counts */
  readonly index: number;
  readonly name: string;
  readonly kind: 'gpu' | 'mig';
  readonly totalBytes: number;
  readonly computeCapability: string | null;
}

/** A device with what this project may use of it now. */
export interface PlacementDevice extends PlacedDevice {
  /** total - reserved - what others use or were promised - the reserve of the settings; never below 0 */
  readonly availableBytes: number;
  /** used by processes that are no service of rma */
  readonly foreignBytes: number;
  /** promised to, or used by, services of other projects */
  readonly othersBytes: number;
  /** why it cannot be used at all, in one line (lost, in MIG mode, hidden by the settings, memory unknown); null when it can */
  readonly unusable: string | null;
}

/** What the container of one service of rma was promised on GPUs, of this project or of another. */
export interface GpuPromise {
  readonly project: string;
  readonly service: string;
  /** of the project that is planned now: its own promises are planned anew, not set aside */
  readonly own: boolean;
  readonly running: boolean;
  /** UUIDs of GPUs and MIG devices */
  readonly devices: readonly string[];
  /** on each of them */
  readonly bytesPerGpu: number;
  /** processes of the container, as the host counts them; null: unknown */
  readonly pids: readonly number[] | null;
}

/** One service that wants GPUs. Two profiles may name the same one: it is placed once. */
export interface PlacementService {
  readonly service: string;
  /** from 1; `all`: every whole GPU that it may have */
  readonly gpus: number | 'all';
  readonly need: GpuNeed;
  /** what the cache of `need` is for: tokens, and requests at once. For hints; null: unknown */
  readonly context: number | null;
  readonly concurrency: number | null;
  /** shares its devices with nobody: asked for, or its engine keeps to no bound */
  readonly exclusive: boolean;
  /** devices it may be put on, by UUID; null: any */
  readonly allowed: readonly string[] | null;
  /** tensor parallelism divides these; null: unknown */
  readonly attentionHeads: number | null;
  /** tensor parallelism divides the cache among so many GPUs at most, and copies it on more; null: among any number */
  readonly kvHeads: number | null;
  /** services of one group stand on different devices */
  readonly replicaGroup: string | null;
  /** where it runs now (UUIDs), to stay there; null when it does not run */
  readonly current: readonly string[] | null;
  /** the most that it was seen to use on one of them, bytes; null when unknown. What is beyond its need is not given to others */
  readonly measuredBytes: number | null;
}

/** One way to run a profile. Services without GPUs are not in it. */
export interface PlacementVariant {
  readonly name: string;
  readonly services: readonly PlacementService[];
}

export interface PlacementProfile {
  readonly profile: string;
  /** a GPU smaller than this (total) is not used for the profile; null: none */
  readonly minGpuBytes: number | null;
  readonly recommendedGpuBytes: number | null;
  /** best first; at least one */
  readonly variants: readonly PlacementVariant[];
  /** the variant that runs now, kept while it fits */
  readonly current: string | null;
  /** the only variant to use, as the user asked; the others are then tried for hints only. null: any */
  readonly wanted: string | null;
  /** not acted on now: what runs of it stays in its variant and on its devices. One that does not run is placed like others */
  readonly fixed: boolean;
}

/** What one service was given. */
export interface ServicePlacement {
  readonly service: string;
  /** by index; empty: on the CPU */
  readonly devices: readonly PlacedDevice[];
  /** promised on each of them: its need; an exclusive service gets 0.90 of the total where so much is available */
  readonly bytesPerGpu: number;
  /** the part of it that is for the KV cache */
  readonly kvBytesPerGpu: number;
  readonly exclusive: boolean;
  /** null: on the CPU */
  readonly need: GpuNeed | null;
}

/** Why a device was taken or refused for a service, in one line each. */
export interface PlacementReason {
  readonly service: string;
  readonly profile: string;
  readonly variant: string;
  readonly taken: string;
  readonly refused: readonly { readonly uuid: string; readonly why: string }[];
}

/** A variant that would have been better, and why it was not taken. */
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
  /** worth a warning: a GPU below the recommended size, a search that was cut short */
  readonly notes: readonly string[];
}

/**
 * Why there is no placement: `NO_FIT` too little memory, `UNEQUAL` tensor parallelism over GPUs that differ, `TOO_FEW` fewer
 * GPUs than asked, `HEADS` the number of GPUs does not divide the attention heads, `NONE` no GPU can be used at all.
 */
export type PlacementFault =
  | 'RMA_GPU_NO_FIT'
  | 'RMA_GPU_UNEQUAL'
  | 'RMA_GPU_TOO_FEW'
  | 'RMA_GPU_HEADS'
  | 'RMA_GPU_NONE';

/** Nothing fits. Names the profile that does not, the reasons per device, and the smallest change that would help. */
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
