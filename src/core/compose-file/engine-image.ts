import type { RmaConfig } from '../domain/config.ts';
import type { PlacedDevice } from '../domain/placement.ts';
import type { Engine } from '../domain/profile.ts';

/** The image for the devices: the user's, else the CPU's, the one for the GPU's generation, or the engine's own. */
export function engineImage(config: RmaConfig, engine: Engine, devices: readonly PlacedDevice[]): string {
  const own = config.images.engines[engine.name];
  if (own !== undefined) return own;
  const [first] = devices;
  if (first === undefined) return engine.cpuImage ?? engine.image;
  return engine.imagesByCompute[first.computeCapability ?? ''] ?? engine.image;
}
