import type { EngineMemory } from '../domain/engine-memory.ts';
import type { ModelGeometry } from '../domain/geometry.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { GpuNeed } from '../domain/placement.ts';
import { bufferBytes } from './buffers.ts';
import { cacheBytes } from './cache-bytes.ts';
import { cacheBytesBySize } from './size-estimate.ts';
import { weightFiles } from './weight-files.ts';

/** One model and how it runs. */
export interface NeedInput {
  /** null before it is resolved */
  readonly model: PinnedModel | null;
  /** null if its header could not be read */
  readonly geometry: ModelGeometry | null;
  /** total need according to the catalog, at the context of its profile; null: not in the catalog */
  readonly gpuMemoryBytes: number | null;
  readonly engine: { readonly overheadBytes: number; readonly memory: EngineMemory };
  /** tokens */
  readonly context: number;
  /** concurrent requests, each with the full context */
  readonly concurrency: number;
}

/**
 * Computes the GPU memory of one model: weights from its header, the cache that its engine keeps for the context and the
 * concurrent requests, buffers, and the engine's overhead. Without a usable header the cache is estimated from the sizes of
 * the weight files, for a model with as many key-value heads as heads; a catalog figure then replaces the estimate.
 * Otherwise a catalog figure takes precedence if it is higher: the difference is added to the weights, so that the parts
 * add up and the cache still matches the context.
 */
export function gpuNeed(input: NeedInput): GpuNeed {
  const computed = computedNeed(input);
  const sum = needBytes(computed);
  const declared = input.gpuMemoryBytes ?? 0;
  const kvBytes = declared - computed.weightsBytes - computed.overheadBytes;
  if (computed.basis === 'size' && kvBytes > 0 && declared < sum)
    return { ...computed, kvBytes, basis: 'catalogue' };
  if (declared <= sum) return computed;
  return { ...computed, weightsBytes: computed.weightsBytes + declared - sum, basis: 'catalogue' };
}

/**
 * Part of the free memory that the weights and the cache of a further model may need; Ollama unloads another model first if
 * they need more. Source: https://github.com/ollama/ollama, v0.32.15, server/sched.go, `freeMemory*80/100`.
 */
const FREE_PART = 0.8;

/**
 * Computes the GPU memory of a service with several models. Each loaded model runs in its own process, with its own
 * overhead. At most `maxLoaded` models are loaded at the same time, so the largest ones are counted. null: all. The largest
 * is loaded first; each further one needs more free memory than it will use, which counts as overhead.
 */
export function serviceNeed(models: readonly GpuNeed[], maxLoaded: number | null): GpuNeed {
  const largest = models.toSorted((a, b) => needBytes(b) - needBytes(a));
  const loaded = largest.slice(0, maxLoaded ?? models.length);
  const sum = (part: (need: GpuNeed) => number): number =>
    loaded.reduce((total, need) => total + part(need), 0);
  return {
    weightsBytes: sum(({ weightsBytes }) => weightsBytes),
    kvBytes: sum(({ kvBytes }) => kvBytes),
    overheadBytes: sum(({ overheadBytes }) => overheadBytes) + headroomBytes(loaded.slice(1)),
    basis: weakest(loaded),
  };
}

/** Returns what must be free besides further models when they are loaded, bytes. */
function headroomBytes(further: readonly GpuNeed[]): number {
  const used = further.reduce((sum, { weightsBytes, kvBytes }) => sum + weightsBytes + kvBytes, 0);
  return Math.ceil(used / FREE_PART - used);
}

/** Returns the total on one GPU, bytes. */
export function needBytes({ weightsBytes, kvBytes, overheadBytes }: GpuNeed): number {
  return weightsBytes + kvBytes + overheadBytes;
}

function computedNeed({ model, geometry, engine, context, concurrency }: NeedInput): GpuNeed {
  const load = { context, concurrency };
  const weightsBytes = geometry?.weightsBytes ?? (model === null ? 0 : weightFiles(model).bytes);
  const layers = geometry === null ? null : cachedLayers(geometry);
  const kvBytes =
    layers === null
      ? cacheBytesBySize(model, { weightsBytes, memory: engine.memory, ...load })
      : Math.ceil(cacheBytes(layers, engine.memory, load));
  const overheadBytes = engine.overheadBytes + bufferBytes(geometry ?? {}, engine.memory, load);
  return { weightsBytes, kvBytes, overheadBytes, basis: layers === null ? 'size' : 'header' };
}

/** Returns null if values are missing in the header. */
function cachedLayers({ cache, layers, kvHeads, keyLength, valueLength }: ModelGeometry) {
  if (cache !== undefined) return cache;
  if (layers === null || kvHeads === null || keyLength === null || valueLength === null) return null;
  return [{ kind: 'full', layers, elements: kvHeads * (keyLength + valueLength) }] as const;
}

function weakest(needs: readonly GpuNeed[]): GpuNeed['basis'] {
  const bases = needs.map(({ basis }) => basis);
  if (bases.includes('size')) return 'size';
  return bases.includes('catalogue') ? 'catalogue' : 'header';
}
