import type { EngineMemory } from '../domain/engine-memory.ts';
import type { ModelSizes } from '../domain/geometry.ts';
import type { CacheLoad } from './cache-load.ts';

/** Bytes per activation: 16 bits. */
const ACTIVATION = 2;

/** Returns the bytes of the buffers for one batch that depend on the model; 0 where the engine's overhead has them. */
export function bufferBytes(sizes: ModelSizes | undefined, memory: EngineMemory, load: CacheLoad): number {
  return memory === 'encoder' ? encoderBytes(sizes, load) : 0;
}

/** Hidden states, queries, keys, values and residuals, and a feed-forward layer before and after its activation. */
function encoderBytes(sizes: ModelSizes | undefined, { context, concurrency }: CacheLoad): number {
  const width = sizes?.width ?? 1024;
  const feedForward = sizes?.feedForward ?? 4 * width;
  return context * concurrency * (10 * width + 3 * feedForward) * ACTIVATION;
}
