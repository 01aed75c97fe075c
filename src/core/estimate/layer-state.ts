import { type ConfigFields, numberOf } from './config-fields.ts';

/** States can be kept in 32 bits, convolutions have the 16 bits of the model. */
const STATE = 4;
const CONVOLUTION = 2;

/**
 * Returns the bytes of the state of one layer and request, null if the keys of no known kind are complete: gated delta
 * networks, Kimi delta attention, Mamba 2 and 1, short convolutions (LFM2), lightning attention (MiniMax).
 * Shapes: vLLM 0.27, vllm/model_executor/layers/mamba/mamba_utils.py, MambaStateShapeCalculator.
 */
export function stateBytes(config: ConfigFields): number | null {
  return (
    deltaNetwork(config) ??
    kimiDelta(config) ??
    mamba(config) ??
    shortConvolution(config) ??
    lightning(config)
  );
}

function deltaNetwork(config: ConfigFields): number | null {
  const keyHeads = numberOf(config, ['linear_num_key_heads']);
  const valueHeads = numberOf(config, ['linear_num_value_heads']);
  const keyLength = numberOf(config, ['linear_key_head_dim']);
  const valueLength = numberOf(config, ['linear_value_head_dim']);
  if (keyHeads === null || valueHeads === null || keyLength === null || valueLength === null) return null;
  const kernel = numberOf(config, ['linear_conv_kernel_dim']) ?? 4;
  const channels = 2 * keyHeads * keyLength + valueHeads * valueLength;
  return (kernel - 1) * channels * CONVOLUTION + valueHeads * keyLength * valueLength * STATE;
}

function kimiDelta(config: ConfigFields): number | null {
  const heads = numberOf(config, ['linear_attn.num_heads']);
  const length = numberOf(config, ['linear_attn.head_dim']);
  if (heads === null || length === null) return null;
  const kernel = numberOf(config, ['linear_attn.short_conv_kernel_size']) ?? 4;
  return 3 * (kernel - 1) * heads * length * CONVOLUTION + heads * length * length * STATE;
}

function mamba(config: ConfigFields): number | null {
  const state = numberOf(config, ['mamba_d_state', 'ssm_state_size', 'state_size']);
  const kernel = numberOf(config, ['mamba_d_conv', 'conv_kernel', 'd_conv']);
  const width = numberOf(config, ['hidden_size', 'd_model']);
  if (state === null || kernel === null || width === null) return null;
  const heads = numberOf(config, ['mamba_num_heads', 'mamba_n_heads', 'n_mamba_heads', 'num_heads']);
  const headLength = numberOf(config, ['mamba_head_dim', 'mamba_d_head', 'mamba_headdim', 'head_dim']);
  const expand = numberOf(config, ['mamba_expand', 'expand']) ?? 2;
  const byHeads = heads !== null && headLength !== null ? heads * headLength : 0;
  const inner = numberOf(config, ['mamba_d_ssm']) ?? Math.max(expand * width, byHeads);
  // Mamba 1 has no heads and groups
  const groups =
    heads === null ? 0 : (numberOf(config, ['mamba_n_groups', 'mamba_ngroups', 'n_groups']) ?? 1);
  return (kernel - 1) * (inner + 2 * groups * state) * CONVOLUTION + inner * state * STATE;
}

function shortConvolution(config: ConfigFields): number | null {
  const length = numberOf(config, ['conv_L_cache']);
  const width = numberOf(config, ['hidden_size']);
  return length === null || width === null ? null : (length - 1) * width * CONVOLUTION;
}

function lightning(config: ConfigFields): number | null {
  if (!/^(minimax|bailing_moe_linear)/i.test(config.type ?? '')) return null;
  const heads = numberOf(config, ['num_attention_heads']);
  const width = numberOf(config, ['hidden_size']);
  if (heads === null || width === null) return null;
  const length = numberOf(config, ['head_dim']) ?? width / heads;
  return Math.ceil(heads * length * length * STATE);
}
