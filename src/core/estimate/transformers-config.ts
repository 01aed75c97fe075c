import * as z from 'zod/mini';
import type { ModelGeometry } from '../domain/geometry.ts';
import { jsonOrNull, type Schema, valueOrNull } from '../schema/parse.ts';

const config = z.record(z.string(), z.unknown());
const count = z.int().check(z.positive(), z.lt(2 ** 40));
const architectures = z.tuple([z.string()], z.unknown());

type Fields = z.output<typeof config>;

/** Alternative names of each value, the most common first. */
const LAYERS = ['num_hidden_layers', 'n_layer', 'num_layers', 'n_layers'];
const HEADS = ['num_attention_heads', 'n_head', 'n_heads'];
const KV_HEADS = ['num_key_value_heads', 'num_kv_heads', 'n_head_kv'];
const WIDTH = ['hidden_size', 'n_embd', 'd_model'];
const CONTEXT = ['max_position_embeddings', 'n_positions', 'max_seq_len', 'seq_length'];
/** Vision and audio models have the values of their language model in a nested object. */
const NESTED = ['text_config', 'llm_config', 'language_config', 'thinker_config'];

/** Parses the geometry, except weights, from a `config.json` of transformers; null if the text is not a JSON object. */
export function readTransformersConfig(text: string): Omit<ModelGeometry, 'weightsBytes'> | null {
  const whole = jsonOrNull(config, text);
  if (whole === null) return null;
  const fields = languagePart(whole, 0);
  const figure = (names: readonly string[]): number | null => firstOf(count, fields, names);
  const attentionHeads = figure(HEADS);
  const width = figure(WIDTH);
  const even = attentionHeads === null || width === null ? null : Math.ceil(width / attentionHeads);
  const headLength = figure(['head_dim']) ?? even;
  return {
    architecture: architectureOf(whole),
    layers: figure(LAYERS),
    attentionHeads,
    kvHeads: figure(KV_HEADS) ?? attentionHeads,
    keyLength: headLength,
    valueLength: figure(['v_head_dim']) ?? headLength,
    contextLength: figure(CONTEXT),
  };
}

function languagePart(fields: Fields, depth: number): Fields {
  if (firstOf(count, fields, LAYERS) !== null || depth > 2) return fields;
  const inner = firstOf(config, fields, NESTED);
  return inner === null ? fields : languagePart(inner, depth + 1);
}

function architectureOf(fields: Fields): string | null {
  const [first] = valueOrNull(architectures, fields['architectures']) ?? [];
  return first ?? firstOf(z.string(), fields, ['model_type']);
}

/** Returns the first valid value among these keys, null if there is none. */
function firstOf<T>(schema: Schema<T>, fields: Fields, names: readonly string[]): T | null {
  return names.map((name) => valueOrNull(schema, fields[name])).find((value) => value !== null) ?? null;
}
