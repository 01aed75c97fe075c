import type { GgufNumbers } from './gguf-numbers.ts';

/** Feed-forward layers without a gate: LLM_FFN_SEQ in src/models of llama.cpp. */
const UNGATED: ReadonlySet<string> = new Set([
  'bert',
  'bloom',
  'codeshell',
  'falcon',
  'gpt2',
  'gptneox',
  'jais2',
  'mpt',
  'nemotron',
  'nemotron_h',
  'nemotron_h_moe',
  'phi2',
  'plm',
  'starcoder',
  'starcoder2',
]);

/** Elements per inner element of a Mamba layer: its two projections, their convolution, scan and gate. */
const MAMBA = 5.75;

/**
 * Returns how many elements of one token llama.cpp holds inside the widest layer, besides a few hidden states; null:
 * unknown. Of a feed-forward layer gate, up and their product; of experts in use the same, or their results before and
 * after they are weighted; of latent attention queries, keys and values of all heads. Fitted to the compute buffers that
 * llama-server logs (test/judges/llama-server.test.ts).
 */
export function widestLayer(numbers: GgufNumbers, architecture: string | null): number | null {
  const { number, largest } = numbers;
  const dense = largest('feed_forward_length');
  const inner = largest('expert_feed_forward_length') ?? dense ?? 0;
  const used = largest('expert_used_count') ?? 0;
  const experts = used * Math.max(3 * inner, 2 * (number('embedding_length') ?? 0));
  const gated = UNGATED.has(architecture ?? '') ? 1 : 3;
  const states = MAMBA * (number('ssm.inner_size') ?? 0);
  const widest = Math.ceil(Math.max(gated * (dense ?? 0), experts, states, latentAttention(numbers)));
  return widest > 0 ? widest : null;
}

function latentAttention({ number, largest }: GgufNumbers): number {
  const keys = number('attention.key_length_mla');
  const values = number('attention.value_length_mla');
  if (keys === null || values === null) return 0;
  const compressed = (number('attention.key_length') ?? 0) + (number('attention.value_length') ?? 0);
  return (largest('attention.head_count') ?? 0) * (keys + values + compressed);
}
