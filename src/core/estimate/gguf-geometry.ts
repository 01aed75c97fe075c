import type { CachedLayers, ModelGeometry } from '../domain/geometry.ts';
import { isEncoderGguf } from './encoders.ts';
import { GGUF_ARCHITECTURES, type GgufArchitecture } from './gguf-architectures.ts';
import type { GgufValue } from './gguf-cursor.ts';
import { type GgufNumbers, ggufNumbers } from './gguf-numbers.ts';
import { ggufStateBytes } from './gguf-state.ts';
import { widestLayer } from './gguf-widest-layer.ts';
import { groupLayers, MAX_LAYERS } from './group-layers.ts';

/**
 * Returns the geometry by the metadata of a GGUF file, as llama.cpp reads it (src/llama-model.cpp, load_hparams). If the
 * number of heads differs between layers, the mean is used, rounded up; `cache` has the exact ones.
 */
export function ggufGeometry(
  values: ReadonlyMap<string, GgufValue>,
  { weightsBytes, tokens }: { readonly weightsBytes: number; readonly tokens: number | null },
): ModelGeometry {
  const architecture = values.get('general.architecture');
  const name = typeof architecture === 'string' ? architecture : null;
  const numbers = ggufNumbers(values, name);
  const { number, mean } = numbers;
  const attentionHeads = mean('attention.head_count');
  const lengths = headLengths(numbers);
  const cache = isEncoderGguf(name) ? [] : cacheOf(numbers, GGUF_ARCHITECTURES[name ?? ''] ?? null);
  return {
    architecture: name,
    layers: number('block_count'),
    attentionHeads,
    kvHeads: mean('attention.head_count_kv') ?? attentionHeads,
    keyLength: lengths?.key ?? null,
    valueLength: lengths?.value ?? null,
    contextLength: number('context_length'),
    ...(cache !== null && { cache }),
    sizes: {
      width: number('embedding_length'),
      inside: widestLayer(numbers, name),
      vocabulary: number('vocab_size') ?? tokens,
    },
    weightsBytes,
  };
}

/** Returns null if a value is missing. */
function cacheOf(numbers: GgufNumbers, architecture: GgufArchitecture | null) {
  const layers = numbers.number('block_count');
  if (layers === null || layers > MAX_LAYERS) return null;
  const own = layers - (numbers.number('attention.shared_kv_layers') ?? 0);
  const keeping = Math.min(own, architecture?.ownLayers ?? layers);
  const state = ggufStateBytes(numbers);
  const states: CachedLayers[] = state === null ? [] : [{ kind: 'state', layers: 1, bytes: state }];
  const isRecurrent = recurrentLayers(numbers, architecture);
  const windowOf = windowLayers(numbers, { architecture, layers });
  return groupLayers(
    Array.from({ length: layers }, (_, layer) => {
      const hasHeads = numbers.at('attention.head_count_kv', layer) !== 0;
      if (isRecurrent(layer)) return states;
      if (layer >= keeping || !hasHeads) return [];
      const attention =
        architecture?.uncompressed === true
          ? compressed(numbers)
          : attentionOf(numbers, layer, windowOf(layer));
      if (attention === null) return null;
      return architecture?.state === 'both' ? [...states, attention] : [attention];
    }),
    plainElements(numbers),
  );
}

/** Ollama compresses on load: llama/compat/llama-ollama-compat.cpp, handle_glm4moelite. */
function compressed({ number }: GgufNumbers): CachedLayers | null {
  const rank = number('attention.kv_lora_rank');
  if (rank === null) return null;
  const elements = rank + (number('rope.dimension_count') ?? 0);
  return { kind: 'latent', layers: 1, elements, expanded: elements };
}

function plainElements(numbers: GgufNumbers): number | null {
  const heads = numbers.mean('attention.head_count_kv') ?? numbers.mean('attention.head_count');
  const lengths = headLengths(numbers);
  return heads === null || lengths === null ? null : heads * (lengths.key + lengths.value);
}

function attentionOf(numbers: GgufNumbers, layer: number, window: number | null): CachedLayers | null {
  const heads = numbers.at('attention.head_count_kv', layer) ?? numbers.at('attention.head_count', layer);
  const lengths = headLengths(numbers);
  if (heads === null || lengths === null) return null;
  const { number } = numbers;
  if (number('attention.key_length_mla') !== null && number('attention.value_length_mla') !== null) {
    const elements = heads * lengths.key + (number('attention.indexer.key_length') ?? 0);
    return { kind: 'latent', layers: 1, elements, expanded: elements };
  }
  if (window === null) return { kind: 'full', layers: 1, elements: heads * (lengths.key + lengths.value) };
  const key = number('attention.key_length_swa') ?? lengths.key;
  const value = number('attention.value_length_swa') ?? lengths.value;
  return { kind: 'window', layers: 1, elements: heads * (key + value), window };
}

function headLengths({ number, largest }: GgufNumbers) {
  const heads = largest('attention.head_count');
  const width = number('embedding_length');
  const even = heads === null || width === null ? null : Math.floor(width / heads);
  const key = number('attention.key_length') ?? even;
  const value = number('attention.value_length') ?? even;
  return key === null || value === null ? null : { key, value };
}

function recurrentLayers(
  numbers: GgufNumbers,
  architecture: GgufArchitecture | null,
): (layer: number) => boolean {
  if (architecture?.state === 'all') return () => true;
  const hasNoHeads = (layer: number): boolean => numbers.at('attention.head_count_kv', layer) === 0;
  if (architecture?.state === 'no-heads') return hasNoHeads;
  if (architecture?.state === 'nothing-else')
    return (layer) => hasNoHeads(layer) && numbers.at('feed_forward_length', layer) === 0;
  const interval = architecture?.interval;
  if (interval === undefined) return () => false;
  const listed = numbers.list('attention.recurrent_layers');
  if (listed !== null) return (layer) => (listed[layer] ?? 0) > 0;
  const period = numbers.number('full_attention_interval') ?? interval;
  const draft = numbers.number('nextn_predict_layers') ?? 0;
  const main = (numbers.number('block_count') ?? 0) - draft;
  return (layer) => layer < main && (layer + 1) % period !== 0;
}

/** Returns the window of a layer, null where it has full attention. */
function windowLayers(
  numbers: GgufNumbers,
  { architecture, layers }: { readonly architecture: GgufArchitecture | null; readonly layers: number },
): (layer: number) => number | null {
  const inFile = numbers.number('attention.sliding_window');
  const isOff = numbers.at('attention.sliding_window', 0) === 0;
  const window = isOff ? null : (architecture?.fixedWindow ?? inFile ?? architecture?.window ?? null);
  const hasWindows = architecture?.onlyLayers === undefined || architecture.onlyLayers === layers;
  const listed = numbers.list('attention.sliding_window_pattern');
  const period = numbers.number('attention.sliding_window_pattern') ?? architecture?.period ?? null;
  if (architecture === null || window === null || !hasWindows) return () => null;
  if (listed !== null) return (layer) => ((listed[layer] ?? 0) > 0 ? window : null);
  if (period === null) return () => null;
  const full = architecture.fullFirst ? 0 : period - 1;
  return (layer) => (layer % period === full ? null : window);
}
