import type { GpuInventory } from '../core/domain/gpu.ts';

/** Reads the GPUs of one host. */
export interface GpuProbe {
  /** Returns the GPUs. Missing GPUs, drivers and programs are part of the inventory, never an error. */
  probe(signal: AbortSignal): Promise<GpuInventory>;
}
