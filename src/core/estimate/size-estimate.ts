import type { EngineMemory } from '../domain/engine-memory.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { CacheLoad } from './cache-load.ts';
import { weightFiles } from './weight-files.ts';

/**
 * Bytes per token = FACTOR × parameters^(2/3): a decoder of width d with d/128 layers has 12 d³/128 parameters and, with
 * as many key-value heads as heads, a cache of d²/32 bytes per token. Llama 7B: 0.143, GPT-3 175B: 0.150.
 */
const FACTOR = 0.1515;
/** Bytes per parameter: 16 bits, of GGUF files rather 4. */
const WIDE = 2;
const QUANTIZED = 0.5;

/**
 * Returns the bytes of the cache of a model whose header could not be read or is not understood, from the size of its
 * weights alone: on the high side for models with fewer key-value heads than heads, which most are.
 */
export function cacheBytesBySize(
  model: PinnedModel | null,
  size: CacheLoad & { readonly weightsBytes: number; readonly memory: EngineMemory },
): number {
  if (model === null || size.memory === 'encoder') return 0;
  const isGguf = weightFiles(model).format === 'gguf';
  const parameters = size.weightsBytes / (isGguf ? QUANTIZED : WIDE);
  return Math.ceil(FACTOR * parameters ** (2 / 3) * size.context * size.concurrency);
}
