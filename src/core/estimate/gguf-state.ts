import type { GgufNumbers } from './gguf-numbers.ts';

/** llama.cpp keeps states in 32 bits: src/llama-model.cpp, create_memory. */
const ELEMENT = 4;

/**
 * Returns the bytes of the state of one layer and request, null if the file has no such layers: RWKV, short convolutions
 * (LFM2), Kimi delta attention, lightning attention (MiniMax), Mamba and gated delta networks.
 * Formulas: llama.cpp, src/llama-hparams.cpp, n_embd_r and n_embd_s.
 */
export function ggufStateBytes({ number, largest }: GgufNumbers): number | null {
  const width = number('embedding_length') ?? 0;
  const heads = largest('attention.head_count') ?? 0;
  const kernel = number('ssm.conv_kernel');
  const rwkv = number('wkv.head_size');
  if (rwkv !== null) return ((number('token_shift_count') ?? 2) * width + width * rwkv) * ELEMENT;
  const convolution = number('shortconv.l_cache');
  if (convolution !== null) return width * (convolution - 1) * ELEMENT;
  const delta = number('kda.head_dim');
  if (delta !== null) return (3 * ((kernel ?? 4) - 1) * heads * delta + delta * delta * heads) * ELEMENT;
  const inner = number('ssm.inner_size');
  const state = number('ssm.state_size');
  if (inner === null || state === null) return null;
  const groups = number('ssm.group_count') ?? 0;
  return (((kernel ?? 1) - 1) * (inner + 2 * groups * state) + state * inner) * ELEMENT;
}
