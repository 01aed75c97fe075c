import type { EngineMemory } from '../domain/engine-memory.ts';
import type { CachedLayers } from '../domain/geometry.ts';
import { CACHE_ELEMENT, type CacheLoad } from './cache-load.ts';
import { llamaBatch } from './llama-batch.ts';
import { vllmCacheBytes } from './vllm-cache.ts';

/** llama.cpp rounds the tokens of a request and of a window up: src/llama-context.cpp, src/llama-kv-cache-iswa.cpp. */
const LLAMA_PADDING = 256;

/** Returns the bytes of the cache in one engine. */
export function cacheBytes(layers: readonly CachedLayers[], memory: EngineMemory, load: CacheLoad): number {
  switch (memory) {
    case 'encoder':
      return 0;
    case 'vllm':
      return vllmCacheBytes(layers, load);
    case 'llama.cpp':
    case 'ollama':
      return sumOf(layers, (kind) => llamaBytes(kind, memory, load));
    case 'full':
      return sumOf(layers, (kind) => fullBytes(kind, load));
  }
}

/** One cache per request: `--parallel` without `--kv-unified`. */
function llamaBytes(kind: CachedLayers, memory: 'llama.cpp' | 'ollama', load: CacheLoad): number {
  const context = Math.ceil(load.context / LLAMA_PADDING) * LLAMA_PADDING;
  if (kind.kind === 'state') return kind.bytes * load.concurrency;
  if (kind.kind !== 'window') return kind.elements * CACHE_ELEMENT * context * load.concurrency;
  const kept = Math.min(context, kind.window + llamaBatch(memory, load));
  const padded = Math.ceil(kept / LLAMA_PADDING) * LLAMA_PADDING;
  return kind.elements * CACHE_ELEMENT * padded * load.concurrency;
}

function fullBytes(kind: CachedLayers, { context, concurrency }: CacheLoad): number {
  if (kind.kind === 'state') return kind.bytes * concurrency;
  const elements = kind.kind === 'latent' ? kind.expanded : kind.elements;
  return elements * CACHE_ELEMENT * context * concurrency;
}

function sumOf(layers: readonly CachedLayers[], bytes: (kind: CachedLayers) => number): number {
  return layers.reduce((sum, kind) => sum + kind.layers * bytes(kind), 0);
}
