import { isRecurrentLayer, recurrentTensors } from './recurrent-tensors.ts';
import type { SmallModel } from './small-models.ts';
import type { TensorShape } from './sparse-gguf.ts';

/** Numbers of a model's metadata, by key without the architecture; 0 where the file has none. */
export interface Sizes {
  readonly of: (key: string, layer?: number) => number;
  readonly width: number;
  readonly heads: number;
  readonly keys: number;
  readonly values: number;
}

type Shapes = Readonly<Record<string, readonly number[]>>;

/** What the layers of an architecture have besides plain attention and a gated feed-forward network. */
interface Parts {
  /** tensors outside of layers, besides `token_embd` and `output_norm` */
  readonly outside?: (sizes: Sizes, vocabulary: number) => Shapes;
  /** tensors of every layer */
  readonly layer?: (sizes: Sizes) => Shapes;
  readonly attention?: (sizes: Sizes, kvHeads: number) => Shapes;
  readonly feedForward?: (sizes: Sizes, inner: number) => Shapes;
  /** the norms of a layer have a bias */
  readonly biases?: true;
  /** the embeddings are the output too */
  readonly isTied?: true;
}

const MLA = ({ of, width, heads }: Sizes): Shapes => {
  const rank = of('attention.kv_lora_rank');
  const rope = of('rope.dimension_count');
  const keys = of('attention.key_length_mla');
  const values = of('attention.value_length_mla');
  const queries = of('attention.q_lora_rank');
  return {
    ...(queries === 0
      ? { attn_q: [width, heads * keys] }
      : { attn_q_a: [width, queries], attn_q_a_norm: [queries], attn_q_b: [queries, heads * keys] }),
    attn_kv_a_mqa: [width, rank + rope],
    attn_kv_a_norm: [rank],
    attn_k_b: [keys - rope, rank, heads],
    attn_v_b: [rank, values, heads],
    attn_output: [heads * values, width],
  };
};

const separate = ({ width, heads, keys, values }: Sizes, kvHeads: number): Shapes => ({
  attn_q: [width, heads * keys],
  attn_k: [width, kvHeads * keys],
  attn_v: [width, kvHeads * values],
  attn_output: [heads * values, width],
});
const fused = ({ width, heads, keys, values }: Sizes, kvHeads: number): Shapes => ({
  attn_qkv: [width, (heads + kvHeads) * keys + kvHeads * values],
  attn_output: [heads * values, width],
});
const biased = (attention: typeof separate, names: readonly string[]) => (sizes: Sizes, kvHeads: number) => {
  const shapes = attention(sizes, kvHeads);
  const of = (name: string): readonly number[] => shapes[name]?.slice(-1) ?? [];
  return { ...shapes, ...Object.fromEntries(names.map((name) => [`${name}.bias`, of(name)])) };
};
const gated = ({ width }: Sizes, inner: number): Shapes => ({
  ffn_gate: [width, inner],
  ffn_up: [width, inner],
  ffn_down: [inner, width],
});
const plain = ({ width }: Sizes, inner: number): Shapes => ({
  ffn_up: [width, inner],
  ffn_down: [inner, width],
});
const biasedPlain = (sizes: Sizes, inner: number): Shapes => ({
  ...plain(sizes, inner),
  'ffn_up.bias': [inner],
  'ffn_down.bias': [sizes.width],
});
/** Gate and up in one. */
const doubled = ({ width }: Sizes, inner: number): Shapes => ({
  ffn_up: [width, 2 * inner],
  ffn_down: [inner, width],
});
const headNorms = ({ keys }: Sizes): Shapes => ({ attn_q_norm: [keys], attn_k_norm: [keys] });
const norms =
  (...names: readonly string[]) =>
  ({ width }: Sizes): Shapes =>
    Object.fromEntries(names.map((name) => [name, [width]]));
const QKV = ['attn_q', 'attn_k', 'attn_v'];
const LAYER = norms('attn_norm', 'ffn_norm');
const POST = ['post_attention_norm', 'post_ffw_norm'];

const PARTS: Readonly<Record<string, Parts>> = {
  llama: {},
  qwen2: { attention: biased(separate, QKV) },
  qwen3: { layer: (sizes) => ({ ...LAYER(sizes), ...headNorms(sizes) }) },
  qwen3moe: { layer: (sizes) => ({ ...LAYER(sizes), ...headNorms(sizes) }) },
  gemma2: { layer: norms('attn_norm', 'ffn_norm', ...POST), isTied: true },
  gemma3: {
    layer: (sizes) => ({ ...norms('attn_norm', 'ffn_norm', ...POST)(sizes), ...headNorms(sizes) }),
    isTied: true,
  },
  phi2: {
    layer: norms('attn_norm'),
    attention: biased(separate, [...QKV, 'attn_output']),
    feedForward: biasedPlain,
    outside: (_, vocabulary) => ({ 'output.bias': [vocabulary] }),
    biases: true,
  },
  phi3: { attention: fused, feedForward: doubled },
  falcon: { layer: norms('attn_norm'), attention: fused, feedForward: plain, biases: true },
  chatglm: { attention: biased(fused, ['attn_qkv']), feedForward: doubled },
  glm4: { layer: norms('attn_norm', 'ffn_norm', ...POST), feedForward: doubled },
  deepseek2: { attention: MLA },
  'gpt-oss': {
    layer: (sizes) => ({ ...norms('attn_norm', 'post_attention_norm')(sizes), attn_sinks: [sizes.heads] }),
    attention: biased(separate, [...QKV, 'attn_output']),
  },
  cohere2: { layer: norms('attn_norm'), isTied: true },
  'command-r': { layer: norms('attn_norm'), isTied: true },
  mamba: { layer: norms('attn_norm') },
  nemotron_h: { layer: norms('attn_norm'), feedForward: plain },
  qwen3next: {
    layer: norms('attn_norm', 'post_attention_norm'),
    attention: (sizes, kvHeads) => ({
      ...separate(sizes, kvHeads),
      ...headNorms(sizes),
      attn_q: [sizes.width, 2 * sizes.heads * sizes.keys],
    }),
  },
  bert: {
    outside: ({ of, width }) => ({ position_embd: [width, of('context_length')], ...encoderStart(width) }),
    layer: norms('attn_output_norm', 'layer_output_norm'),
    attention: biased(separate, [...QKV, 'attn_output']),
    feedForward: biasedPlain,
    biases: true,
    isTied: true,
  },
  'nomic-bert': {
    outside: ({ width }) => encoderStart(width),
    layer: norms('attn_output_norm', 'layer_output_norm'),
    attention: fused,
    biases: true,
    isTied: true,
  },
};

const encoderStart = (width: number): Shapes => ({
  token_types: [width, 2],
  token_embd_norm: [width],
  'token_embd_norm.bias': [width],
});

/** Returns the tensors that llama.cpp requires of a model (src/models/ARCHITECTURE.cpp, load_arch_tensors). */
export function modelTensors({
  architecture,
  metadata,
}: Pick<SmallModel, 'architecture' | 'metadata'>): readonly TensorShape[] {
  const parts = PARTS[architecture];
  if (parts === undefined) throw new Error(`no tensors for ${architecture}`);
  const sizes = sizesOf(metadata);
  const vocabulary = sizes.of('vocab_size');
  const isEncoder = architecture.endsWith('bert');
  const outside: Shapes = {
    token_embd: [sizes.width, vocabulary],
    ...(!isEncoder && { output_norm: [sizes.width] }),
    ...(!isEncoder && parts.biases && { 'output_norm.bias': [sizes.width] }),
    ...(!parts.isTied && { output: [sizes.width, vocabulary] }),
    ...parts.outside?.(sizes, vocabulary),
  };
  const layers = Array.from({ length: sizes.of('block_count') }, (_, layer) =>
    named(layerShapes(parts, architecture, { sizes, layer }), `blk.${layer}.`),
  );
  return [...named(outside, ''), ...layers.flat()];
}

function layerShapes(
  parts: Parts,
  architecture: string,
  { sizes, layer }: { readonly sizes: Sizes; readonly layer: number },
): Shapes {
  const own = (parts.layer ?? LAYER)(sizes);
  const biases = parts.biases ? Object.entries(own).map(([name, shape]) => [`${name}.bias`, shape]) : [];
  const kvHeads = sizes.of('attention.head_count_kv', layer);
  const inner = sizes.of('feed_forward_length', layer);
  const hasExperts = sizes.of('expert_count') > 0 && layer >= sizes.of('leading_dense_block_count');
  const attention = isRecurrentLayer(architecture, sizes, layer)
    ? recurrentTensors(architecture, sizes)
    : kvHeads > 0
      ? (parts.attention ?? separate)(sizes, kvHeads)
      : {};
  const feedForward = hasExperts
    ? experts(architecture, sizes)
    : inner > 0
      ? (parts.feedForward ?? gated)(sizes, inner)
      : {};
  return { ...own, ...Object.fromEntries(biases), ...attention, ...feedForward };
}

function experts(architecture: string, { of, width }: Sizes): Shapes {
  const count = of('expert_count');
  const inner = of('expert_feed_forward_length') || of('feed_forward_length');
  const shared = of('expert_shared_feed_forward_length') || inner * of('expert_shared_count');
  const hasBiases = architecture === 'gpt-oss';
  return {
    ffn_gate_inp: [width, count],
    ffn_gate_exps: [width, inner, count],
    ffn_up_exps: [width, inner, count],
    ffn_down_exps: [inner, width, count],
    ...(hasBiases && {
      'ffn_gate_inp.bias': [count],
      'ffn_gate_exps.bias': [inner, count],
      'ffn_up_exps.bias': [inner, count],
      'ffn_down_exps.bias': [width, count],
    }),
    ...(shared > 0 && {
      ffn_gate_shexp: [width, shared],
      ffn_up_shexp: [width, shared],
      ffn_down_shexp: [shared, width],
    }),
    ...(architecture === 'qwen3next' && { ffn_gate_inp_shexp: [width] }),
  };
}

function named(shapes: Shapes, prefix: string): readonly TensorShape[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    name: `${prefix}${name.endsWith('.bias') || name === 'ssm_a' || name === 'ssm_d' ? name : `${name}.weight`}`,
    shape,
  }));
}

function sizesOf(metadata: SmallModel['metadata']): Sizes {
  const of = (key: string, layer = 0): number => {
    const value = metadata[key] ?? 0;
    return typeof value === 'number' ? value : (value[layer] ?? 0);
  };
  const heads = of('attention.head_count');
  const even = heads === 0 ? 0 : of('embedding_length') / heads;
  return {
    of,
    width: of('embedding_length'),
    heads,
    keys: of('attention.key_length') || even,
    values: of('attention.value_length') || even,
  };
}
