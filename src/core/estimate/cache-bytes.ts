import type { EngineMemory } from '../domain/engine-memory.ts';
import type { CachedLayers } from '../domain/geometry.ts';
import { CACHE_ELEMENT, type CacheLoad } from './cache-load.ts';
import { llamaCells } from './llama-batch.ts';
import { vllmCacheBytes } from './vllm-cache.ts';

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
  if (kind.kind === 'state') return kind.bytes * load.concurrency;
  const cells = llamaCells(memory, load, kind.kind === 'window' ? kind.window : null);
  return kind.elements * CACHE_ELEMENT * cells * load.concurrency;
}

function fullBytes(kind: CachedLayers, { context, concurrency }: CacheLoad): number {
  if (kind.kind === 'state') return kind.bytes * concurrency;
  const elements = kind.kind === 'latent' ? kind.expanded : kind.elements;
  return elements * CACHE_ELEMENT * context * concurrency;
}

function sumOf(layers: readonly CachedLayers[], bytes: (kind: CachedLayers) => number): number {
  return layers.reduce((sum, kind) => sum + kind.layers * bytes(kind), 0);
}
