import * as z from 'zod/mini';
import type { CachedLayers, ModelGeometry, ModelSizes } from '../domain/geometry.ts';
import { valueOrNull } from '../schema/parse.ts';
import {
  type ConfigFields,
  LAYERS,
  listOf,
  numberOf,
  readConfigFields,
  switchOf,
  textOf,
} from './config-fields.ts';
import { isEncoderType } from './encoders.ts';
import { groupLayers, MAX_LAYERS } from './group-layers.ts';
import { kvHeadsPerLayer } from './kv-heads.ts';
import { layerKinds } from './layer-kinds.ts';
import { stateBytes } from './layer-state.ts';

/** Alternative names of each value, the most common first. */
const HEADS = ['num_attention_heads', 'n_head', 'n_heads', 'num_heads', 'decoder_attention_heads'];
/** BLOOM prefers `n_embed`: transformers, models/bloom/configuration_bloom.py. */
const WIDTH = ['n_embed', 'hidden_size', 'n_embd', 'd_model', 'model_dim'];
const HEAD_LENGTH = ['head_dim', 'd_kv', 'kv_channels', 'attention_head_dim', 'attention_head_size'];
const CONTEXT = ['max_position_embeddings', 'n_positions', 'max_seq_len', 'seq_length', 'model_max_length'];
const FEED_FORWARD = ['intermediate_size', 'ffn_hidden_size', 'n_inner', 'ffn_dim'];
const VOCABULARY = ['vocab_size', 'padded_vocab_size'];
const architectures = z.tuple([z.string()], z.unknown());

/**
 * Parses the geometry, except weights, from a `config.json` of transformers; null if the text is not a JSON object. What
 * the file leaves out are the defaults of its class.
 */
export function readTransformersConfig(text: string): Omit<ModelGeometry, 'weightsBytes'> | null {
  const config = readConfigFields(text);
  if (config === null) return null;
  const layers = attentionCount(config);
  const attentionHeads = headsOf(config);
  const heads = kvHeadsPerLayer(config, attentionHeads, layers ?? 0);
  const latent = latentOf(config);
  const lengths = headLengths(config, attentionHeads);
  const kvHeads = latent !== null ? 1 : heads === null ? null : Math.max(1, ...heads);
  const own = {
    architecture: architectureOf(config),
    layers,
    attentionHeads,
    kvHeads,
    keyLength: latent ?? lengths.keyLength,
    valueLength: latent === null ? lengths.valueLength : 0,
    contextLength: whole(config, CONTEXT),
  };
  if (isEncoderType(config.type)) return { ...own, cache: [], sizes: sizesOf(config) };
  const perHead = lengths.keyLength === null ? null : lengths.keyLength + (lengths.valueLength ?? 0);
  const plain = kvHeads === null || perHead === null ? null : kvHeads * perHead;
  const cache = cacheOf(config, { layers, attentionHeads, heads, plain });
  return cache === null ? own : { ...own, cache };
}

/**
 * Returns how many times a token is kept: once per layer, twice where each layer has two attentions, as LongCat and decoders
 * that also attend to an encoder (T5, BART, Whisper).
 */
function attentionCount(config: ConfigFields): number | null {
  if (switchOf(config, 'is_encoder_decoder') === true) {
    const layers = whole(config, ['decoder_layers', 'num_decoder_layers', ...LAYERS]);
    return layers === null ? null : 2 * layers;
  }
  const pairs = switchOf(config, 'two_attentions') === true ? whole(config, ['num_layers']) : null;
  return pairs === null ? whole(config, LAYERS) : 2 * pairs;
}

function sizesOf(config: ConfigFields): ModelSizes {
  const inner = whole(config, FEED_FORWARD);
  return {
    width: whole(config, WIDTH),
    inside: inner === null ? null : 3 * inner,
    vocabulary: whole(config, VOCABULARY),
  };
}

interface Attention {
  readonly layers: number | null;
  readonly attentionHeads: number | null;
  /** key-value heads of each layer */
  readonly heads: readonly number[] | null;
  /** elements per token and layer; null: unknown */
  readonly plain: number | null;
}

/** Returns null if all layers keep the same per token, or not even their number is known. */
function cacheOf(config: ConfigFields, { layers, attentionHeads, heads, plain }: Attention) {
  if (layers === null || layers > MAX_LAYERS) return null;
  const state = stateBytes(config);
  const attention = attentionLayers(config, attentionHeads, heads);
  const own = layers - (numberOf(config, ['num_kv_shared_layers']) ?? 0);
  return groupLayers(
    layerKinds(config, layers).map((kind, layer) => {
      if (kind === 'none' || layer >= own) return [];
      // an unknown state is assumed to need as much as attention
      const kept = kind === 'state' || kind === 'both' ? state : null;
      const states: CachedLayers[] = kept === null ? [] : [{ kind: 'state', layers: 1, bytes: kept }];
      if (kind === 'state' && kept !== null) return states;
      const keys = attention?.(layer, kind === 'window') ?? null;
      return keys === null ? null : [...states, keys];
    }),
    plain,
  );
}

/** Returns what a layer with attention keeps; null if the heads are unknown. */
function attentionLayers(
  config: ConfigFields,
  attentionHeads: number | null,
  heads: readonly number[] | null,
): ((layer: number, isWindow: boolean) => CachedLayers) | null {
  const { keyLength, valueLength } = headLengths(config, attentionHeads);
  if (heads === null || keyLength === null || valueLength === null) return widest(config);
  const latent = latentOf(config);
  const window = whole(config, ['sliding_window', 'sliding_window_size', 'attention_chunk_size']);
  const wide = otherHeads(config, keyLength, valueLength);
  return (layer, isWindow) => {
    const own = heads[layer] ?? Math.max(...heads);
    if (latent !== null) {
      return { kind: 'latent', layers: 1, elements: latent, expanded: own * (keyLength + valueLength) };
    }
    const count = isWindow ? (whole(config, ['swa_num_key_value_heads']) ?? own) : (wide.heads ?? own);
    const elements = count * (isWindow ? wide.window : wide.full);
    return isWindow && window !== null
      ? { kind: 'window', layers: 1, elements, window }
      : { kind: 'full', layers: 1, elements };
  };
}

/** Without heads: no attention keeps more than a key and a value of the model's width. */
function widest(config: ConfigFields) {
  const width = whole(config, WIDTH);
  return width === null ? null : (): CachedLayers => ({ kind: 'full', layers: 1, elements: 2 * width });
}

/** Layers with full attention can have other heads than those with a window: Gemma 4, MiMo-V2. */
function otherHeads(config: ConfigFields, keyLength: number, valueLength: number) {
  const long = whole(config, ['global_head_dim']);
  const windowKeys = whole(config, ['swa_head_dim']) ?? keyLength;
  return {
    heads: whole(config, ['num_global_key_value_heads']),
    full: long === null ? keyLength + valueLength : 2 * long,
    window: windowKeys + (whole(config, ['swa_v_head_dim', 'swa_head_dim']) ?? valueLength),
  };
}

/**
 * Multi-head latent attention: elements per token and layer, whatever the heads. DeepSeek V3.2 also keeps keys of an indexer,
 * 8 bits each, and 4 bytes for 128 of them: vLLM 0.27, vllm/model_executor/models/deepseek_v2.py, DeepseekV32IndexerCache.
 */
function latentOf(config: ConfigFields): number | null {
  if (switchOf(config, 'use_mla') === false) return null;
  const rank = whole(config, ['kv_lora_rank']);
  const index = whole(config, ['index_head_dim']) ?? 0;
  const indexer = Math.ceil((index + 4 * Math.ceil(index / 128)) / 2);
  return rank === null ? null : rank + (whole(config, ['qk_rope_head_dim']) ?? 0) + indexer;
}

function headLengths(config: ConfigFields, attentionHeads: number | null) {
  const width = whole(config, WIDTH);
  // attention of Zamba has the hidden state next to the first one
  const wide = width === null || switchOf(config, 'double_width') !== true ? width : 2 * width;
  const even = attentionHeads === null || wide === null ? null : Math.ceil(wide / attentionHeads);
  const length = whole(config, HEAD_LENGTH) ?? even;
  if (latentOf(config) === null)
    return { keyLength: length, valueLength: whole(config, ['v_head_dim']) ?? length };
  const split = whole(config, ['qk_nope_head_dim']);
  const keyLength = split === null ? length : split + (whole(config, ['qk_rope_head_dim']) ?? 0);
  return { keyLength, valueLength: whole(config, ['v_head_dim']) ?? length };
}

/** Some models list the heads of each layer: the check of tensor parallelism uses the first layer. */
function headsOf(config: ConfigFields): number | null {
  const perLayer = listOf(config, ['num_query_heads'], z.int().check(z.positive()));
  return perLayer === null ? whole(config, HEADS) : Math.max(1, ...perLayer);
}

/** Returns the first of these values, rounded up; null if there is none below 2^40. */
function whole(config: ConfigFields, names: readonly string[]): number | null {
  const value = numberOf(config, names);
  return value === null || value >= 2 ** 40 ? null : Math.ceil(value);
}

function architectureOf({ whole: fields, type }: ConfigFields): string | null {
  const [first] = valueOrNull(architectures, fields['architectures']) ?? [];
  return first ?? textOf(fields, 'model_type') ?? type;
}
