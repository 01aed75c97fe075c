import type { EngineMemory } from '../domain/engine-memory.ts';
import type { ModelGeometry } from '../domain/geometry.ts';
import type { CacheLoad } from './cache-load.ts';
import { llamaBatch, llamaCells } from './llama-batch.ts';

/** Bytes per element: activations of encoders and masks have 16 bits, those of llama.cpp 32. */
const HALF = 2;
const FULL = 4;
/** Hidden states that llama.cpp holds next to the widest layer: residual, norm, attention and its parts. */
const HIDDEN = 6;
/** Vocabulary of the largest models, if the header has none. */
const VOCABULARY = 262_144;
const UNKNOWN = 512 * 2 ** 20;

/** Returns the bytes of the buffers for one batch that depend on the model; 0 where the engine's overhead has them. */
export function bufferBytes(
  geometry: Pick<ModelGeometry, 'cache' | 'sizes'>,
  memory: EngineMemory,
  load: CacheLoad,
): number {
  switch (memory) {
    case 'encoder':
      return encoderBytes(geometry, load);
    case 'llama.cpp':
    case 'ollama':
      return llamaBytes(geometry, memory, load);
    case 'full':
    case 'vllm':
      return 0;
  }
}

/** Hidden states, queries, keys, values and residuals, and a feed-forward layer. */
function encoderBytes({ sizes }: Pick<ModelGeometry, 'sizes'>, { context, concurrency }: CacheLoad): number {
  const width = sizes?.width ?? 1024;
  const inside = sizes?.inside ?? 12 * width;
  return context * concurrency * (10 * width + inside) * HALF;
}

/**
 * The compute buffer that llama.cpp logs: the batch inside the widest layer, masks of the batch against the cells of one
 * request, and the logits of one token per request.
 */
function llamaBytes(
  { cache, sizes }: Pick<ModelGeometry, 'cache' | 'sizes'>,
  memory: 'llama.cpp' | 'ollama',
  load: CacheLoad,
): number {
  const { width, inside, vocabulary } = sizes ?? {};
  if (width === null || width === undefined) return UNKNOWN;
  const batch = llamaBatch(memory, load);
  const elements = HIDDEN * width + (inside ?? 12 * width);
  const windows = (cache ?? []).flatMap((kind) => (kind.kind === 'window' ? [kind.window] : []));
  const cells = [null, ...windows].map((window) => llamaCells(memory, load, window));
  const masks = cells.reduce((sum, count) => sum + count, 0) * batch * HALF;
  return batch * elements * FULL + masks + 2 * (vocabulary ?? VOCABULARY) * load.concurrency * FULL;
}
