import type { GpuInventory } from '../../core/domain/gpu.ts';
import { withOtherGpus } from '../../core/gpu/other-gpus.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

/** Returns the NVIDIA GPUs of a host. Without any, the reason also names the GPUs of other vendors. */
export async function probeGpus(
  host: Pick<Host, 'gpus' | 'facts'>,
  { signal }: Pick<Invocation, 'signal'>,
): Promise<GpuInventory> {
  const inventory = await host.gpus.probe(signal);
  if (inventory.absence === null) return inventory;
  return withOtherGpus(inventory, await host.facts.pciGpus());
}
