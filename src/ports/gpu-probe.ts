import type { GpuInventory } from '../core/domain/gpu.ts';

/** Reads the GPUs of one box. */
export interface GpuProbe {
  /** Never rejects for what the box has or lacks: that is in the inventory. */
  probe(signal: AbortSignal): Promise<GpuInventory>;
}
