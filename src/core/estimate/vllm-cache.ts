import type { CachedLayers } from '../domain/geometry.ts';
import { CACHE_ELEMENT, type CacheLoad } from './cache-load.ts';

/** Tokens per block. */
const BLOCK = 16;
/**
 * Tokens that are computed but not yet released from a window: two batches overlap, each of `--max-num-batched-tokens`,
 * by default 8192 on GPUs of 70 GiB and more, the largest default.
 */
const IN_FLIGHT = 2 * 8192;
/** Layers of kinds that differ less in number share one size of group. */
const SIMILAR = 1.5;

/**
 * Returns the bytes that vLLM needs for its cache. Layers of one kind: what they keep, in blocks. Layers of several kinds
 * share pages of one size and are grouped in equal numbers, so that some of the groups have unused places.
 * vLLM 0.27.1: vllm/v1/kv_cache_interface.py (max_admission_blocks_per_request), vllm/v1/core/kv_cache_utils.py
 * (_get_kv_cache_groups_uniform_page_size), vllm/config/vllm.py (max_in_flight_tokens), vllm/engine/arg_utils.py.
 */
export function vllmCacheBytes(layers: readonly CachedLayers[], load: CacheLoad): number {
  const kinds = new Set(layers.map((kind) => (kind.kind === 'window' ? `window ${kind.window}` : kind.kind)));
  if (kinds.size <= 1) return layers.reduce((sum, kind) => sum + kind.layers * pagedBytes(kind, load), 0);
  const page = pageBytes(layers);
  const group = groupSize(layers.map(({ layers: count }) => count));
  return layers.reduce((sum, kind) => {
    const places = Math.ceil(kind.layers / group) * group;
    const tokens = kind.kind === 'state' ? BLOCK : Math.floor(page / (kind.elements * CACHE_ELEMENT));
    return sum + places * page * blocksOf(kind, load, tokens);
  }, 0);
}

function pagedBytes(kind: CachedLayers, load: CacheLoad): number {
  const page = kind.kind === 'state' ? kind.bytes : kind.elements * CACHE_ELEMENT * BLOCK;
  return page * blocksOf(kind, load, BLOCK);
}

/** The blocks of attention grow until a state fits into one. */
function pageBytes(layers: readonly CachedLayers[]): number {
  const perToken = Math.max(
    1,
    ...layers.map((kind) => (kind.kind === 'state' ? 0 : kind.elements * CACHE_ELEMENT)),
  );
  const state = Math.max(0, ...layers.map((kind) => (kind.kind === 'state' ? kind.bytes : 0)));
  return perToken * Math.max(BLOCK, Math.ceil(state / perToken / BLOCK) * BLOCK);
}

function groupSize(counts: readonly number[]): number {
  const fewest = Math.min(...counts);
  const most = Math.max(...counts);
  return most < fewest * SIMILAR ? most : fewest;
}

/** Returns the blocks of all requests in one layer. */
function blocksOf(kind: CachedLayers, { context, concurrency }: CacheLoad, block: number): number {
  if (kind.kind === 'state') return concurrency;
  if (kind.kind !== 'window') return Math.ceil(context / block) * concurrency;
  // a window can start inside a block
  const most = Math.ceil(Math.min(kind.window - 1 + IN_FLIGHT, context) / block) + 1;
  const kept = Math.ceil(Math.min(kind.window, context) / block) + 1;
  return Math.min(concurrency * most, concurrency * kept + Math.ceil(IN_FLIGHT / block));
}
