import type { ModelGeometry } from '../domain/geometry.ts';

type Fields = Readonly<Record<string, unknown>>;

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
  const whole = parse(text);
  if (whole === null) return null;
  const fields = languagePart(whole, 0);
  const figure = (names: readonly string[]): number | null =>
    names.map((name) => fields[name]).find(isCount) ?? null;
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
  if (LAYERS.some((name) => isCount(fields[name])) || depth > 2) return fields;
  const inner = NESTED.map((name) => fields[name]).find(isObject);
  return inner === undefined ? fields : languagePart(inner, depth + 1);
}

function architectureOf(fields: Fields): string | null {
  const { architectures, model_type: type } = fields as { architectures?: unknown; model_type?: unknown };
  const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  return [first, type].find((name) => typeof name === 'string') ?? null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < 2 ** 40;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
