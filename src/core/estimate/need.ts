import type { ModelGeometry } from '../domain/geometry.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { GpuNeed } from '../domain/placement.ts';
import { weightFiles } from './weight-files.ts';

/** What is known of one model and how it is run. */
export interface NeedInput {
  /** null before its files are known */
  readonly model: PinnedModel | null;
  /** null where its header could not be read */
  readonly geometry: ModelGeometry | null;
  /** of the catalog: what it needs in all at its profile's context; null: none told */
  readonly gpuMemoryBytes: number | null;
  readonly engine: { readonly overheadBytes: number };
  /** tokens */
  readonly context: number;
  /** requests at once, each with its whole context */
  readonly concurrency: number;
}

/** Elements of the cache are 16 bits wide. */
const CACHE_ELEMENT = 2;
/** What stands in for the cache where only the size of the files is known. */
const SIZE_FACTOR = 1.2;

/**
 * GPU memory of one model. Weights as its header says; cache = layers × key-value heads × (key length + value length) × 2
 * bytes × context × requests at once, without regard to sliding windows, so rather too wide; the engine's overhead. Without
 * a usable header: the weight files × 1.2 + overhead, the fifth standing in for the cache. A catalog figure that is more
 * than the sum counts in its place: what it has beyond the sum is added to the weights, so that the parts add up and the
 * cache stays what the context asks for.
 */
export function gpuNeed(input: NeedInput): GpuNeed {
  const computed = computedNeed(input);
  const sum = needBytes(computed);
  const declared = input.gpuMemoryBytes ?? 0;
  if (declared <= sum) return computed;
  return { ...computed, weightsBytes: computed.weightsBytes + declared - sum, basis: 'catalogue' };
}

/**
 * GPU memory of a service with several models. An engine runs each loaded model in a process of its own, so each has its
 * overhead. `maxLoaded` models are loaded at once: the need is then that of the largest ones. null: all of them.
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

/** On one GPU, bytes. */
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

/** null where the header does not tell enough */
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
