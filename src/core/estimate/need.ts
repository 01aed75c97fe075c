import type { ModelGeometry } from '../domain/geometry.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { GpuNeed } from '../domain/placement.ts';
import { weightFiles } from './weight-files.ts';

/** One model and how it runs. */
export interface NeedInput {
  /** null before it is resolved */
  readonly model: PinnedModel | null;
  /** null if its header could not be read */
  readonly geometry: ModelGeometry | null;
  /** total need according to the catalog, at the context of its profile; null: not in the catalog */
  readonly gpuMemoryBytes: number | null;
  readonly engine: { readonly overheadBytes: number };
  /** tokens */
  readonly context: number;
  /** concurrent requests, each with the full context */
  readonly concurrency: number;
}

/** Bytes per cache element: 16 bits. */
const CACHE_ELEMENT = 2;
/** Factor on the size of the files that approximates the cache if the geometry is unknown. */
const SIZE_FACTOR = 1.2;

/**
 * Computes the GPU memory of one model: weights from its header; cache = layers × key-value heads × (key length + value
 * length) × 2 bytes × context × concurrent requests, ignoring sliding windows, so rather too high; plus the engine's
 * overhead. Without a usable header: weight files × 1.2 + overhead, where 20 % approximate the cache. A higher catalog
 * figure takes precedence: the difference is added to the weights, so that the parts add up and the cache still matches
 * the context.
 */
export function gpuNeed(input: NeedInput): GpuNeed {
  const computed = computedNeed(input);
  const sum = needBytes(computed);
  const declared = input.gpuMemoryBytes ?? 0;
  if (declared <= sum) return computed;
  return { ...computed, weightsBytes: computed.weightsBytes + declared - sum, basis: 'catalogue' };
}

/**
 * Computes the GPU memory of a service with several models. Each loaded model runs in its own process, with its own
 * overhead. At most `maxLoaded` models are loaded at the same time, so the largest ones are counted. null: all.
 */
export function serviceNeed(models: readonly GpuNeed[], maxLoaded: number | null): GpuNeed {
  const largest = models.toSorted((a, b) => needBytes(b) - needBytes(a));
  const loaded = largest.slice(0, maxLoaded ?? models.length);
  const sum = (part: (need: GpuNeed) => number): number =>
    loaded.reduce((total, need) => total + part(need), 0);
  return {
    weightsBytes: sum(({ weightsBytes }) => weightsBytes),
    kvBytes: sum(({ kvBytes }) => kvBytes),
    overheadBytes: sum(({ overheadBytes }) => overheadBytes),
    basis: weakest(loaded),
  };
}

/** Returns the total on one GPU, bytes. */
export function needBytes({ weightsBytes, kvBytes, overheadBytes }: GpuNeed): number {
  return weightsBytes + kvBytes + overheadBytes;
}

function computedNeed({ model, geometry, engine, context, concurrency }: NeedInput): GpuNeed {
  const { overheadBytes } = engine;
  const perToken = geometry === null ? null : cacheBytesPerToken(geometry);
  if (geometry !== null && perToken !== null) {
    const kvBytes = Math.ceil(perToken * context * concurrency);
    return { weightsBytes: geometry.weightsBytes, kvBytes, overheadBytes, basis: 'header' };
  }
  const weightsBytes = geometry?.weightsBytes ?? (model === null ? 0 : weightFiles(model).bytes);
  const kvBytes = Math.ceil(weightsBytes * (SIZE_FACTOR - 1));
  return { weightsBytes, kvBytes, overheadBytes, basis: 'size' };
}

/** Returns null if values are missing in the header. */
function cacheBytesPerToken(geometry: ModelGeometry): number | null {
  const { layers, attentionHeads, keyLength, valueLength } = geometry;
  const kvHeads = geometry.kvHeads ?? attentionHeads;
  if (layers === null || kvHeads === null || keyLength === null || valueLength === null) return null;
  return layers * kvHeads * (keyLength + valueLength) * CACHE_ELEMENT;
}

function weakest(needs: readonly GpuNeed[]): GpuNeed['basis'] {
  const bases = needs.map(({ basis }) => basis);
  if (bases.includes('size')) return 'size';
  return bases.includes('catalogue') ? 'catalogue' : 'header';
}
