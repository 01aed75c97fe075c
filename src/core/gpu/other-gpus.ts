import type { GpuInventory } from '../domain/gpu.ts';
import type { PciGpu } from '../domain/host-facts.ts';

const VENDORS = [
  ['amd', 'AMD'],
  ['intel', 'Intel'],
] as const;

/** Returns the inventory; one without GPUs names the GPUs of other vendors as well; rma does not support them. */
export function withOtherGpus(inventory: GpuInventory, gpus: readonly PciGpu[]): GpuInventory {
  const { absence } = inventory;
  const others = otherGpus(gpus);
  if (absence === null || others === null) return inventory;
  return { ...inventory, absence: { ...absence, message: `${absence.message}; ${others}` } };
}

function otherGpus(gpus: readonly PciGpu[]): string | null {
  const phrases = VENDORS.flatMap(([vendor, name]) => {
    const count = gpus.filter((gpu) => gpu.vendor === vendor).length;
    if (count === 0) return [];
    return [count === 1 ? `an ${name} GPU` : `${count} ${name} GPUs`];
  });
  return phrases.length === 0 ? null : `detected ${phrases.join(' and ')}; only NVIDIA GPUs are supported`;
}
