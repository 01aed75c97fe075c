import { describe, expect, it } from 'vitest';
import type { CachedLayers } from '../../../src/core/domain/geometry.ts';
import { readTransformersConfig } from '../../../src/core/estimate/transformers-config.ts';

const PLAIN = {
  hidden_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
};
/** Keys and values of 8 heads with 128 elements. */
const KV = 2048;

function cache(config: unknown): readonly CachedLayers[] | undefined {
  return readTransformersConfig(JSON.stringify(config))?.cache;
}

const full = (layers: number, elements = KV): CachedLayers => ({ kind: 'full', layers, elements });
const window = (layers: number, size: number, elements = KV): CachedLayers => ({
  kind: 'window',
  layers,
  elements,
  window: size,
});
const state = (layers: number, bytes: number): CachedLayers => ({ kind: 'state', layers, bytes });
const repeat = (times: number, kinds: readonly string[]): readonly string[] =>
  Array.from({ length: times }, () => kinds).flat();

describe('windows in a config.json', () => {
  it.each<[model: string, config: object, layers: readonly CachedLayers[]]>([
    ['Mistral 7B v0.1', { model_type: 'mistral', ...PLAIN, sliding_window: 4096 }, [window(24, 4096)]],
    ['Phi-3 mini', { model_type: 'phi3', ...PLAIN, sliding_window: 2047 }, [window(24, 2047)]],
    [
      'Gemma 3',
      { model_type: 'gemma3_text', ...PLAIN, sliding_window: 1024, sliding_window_pattern: 6 },
      [window(20, 1024), full(4)],
    ],
    [
      'Gemma 2 without a pattern',
      { model_type: 'gemma2', ...PLAIN, sliding_window: 4096 },
      [window(12, 4096), full(12)],
    ],
    [
      'Command R7B',
      { model_type: 'cohere2', ...PLAIN, sliding_window: 4096, sliding_window_pattern: 4 },
      [window(18, 4096), full(6)],
    ],
    [
      'gpt-oss',
      {
        model_type: 'gpt_oss',
        ...PLAIN,
        sliding_window: 128,
        layer_types: repeat(12, ['sliding_attention', 'full_attention']),
      },
      [window(12, 128), full(12)],
    ],
    [
      'Qwen 2.5 with windows in its upper layers',
      {
        model_type: 'qwen2',
        ...PLAIN,
        sliding_window: 4096,
        use_sliding_window: true,
        max_window_layers: 20,
      },
      [full(20), window(4, 4096)],
    ],
    [
      'EXAONE 4 with letters',
      { model_type: 'exaone4', ...PLAIN, sliding_window: 4096, sliding_window_pattern: 'LLLG' },
      [window(18, 4096), full(6)],
    ],
    [
      'Llama 4, in chunks',
      { model_type: 'llama4', text_config: { ...PLAIN, attention_chunk_size: 8192 } },
      [window(18, 8192), full(6)],
    ],
    [
      'Gemma 4, with other heads in full layers',
      {
        model_type: 'gemma4_text',
        ...PLAIN,
        sliding_window: 512,
        global_head_dim: 512,
        num_global_key_value_heads: 2,
      },
      [window(20, 512), full(4, 2 * 2 * 512)],
    ],
    [
      'Gemma 3n, whose last layers share keys and values',
      { model_type: 'gemma3n_text', ...PLAIN, sliding_window: 512, num_kv_shared_layers: 14 },
      [window(8, 512), full(2)],
    ],
    [
      'an unknown type that lists its layers',
      {
        model_type: 'future',
        ...PLAIN,
        sliding_window: 512,
        layer_types: repeat(12, ['sliding_attention', 'full_attention']),
      },
      [window(12, 512), full(12)],
    ],
  ])('[case N04] of %s', (_, config, layers) => {
    expect(cache(config)).toEqual(layers);
  });

  it.each<[why: string, config: object]>([
    ['switched off', { model_type: 'qwen2', sliding_window: 4096, use_sliding_window: false }],
    ['null', { model_type: 'mistral', sliding_window: null }],
    ['null, with a pattern', { model_type: 'exaone4', sliding_window: null }],
    ['of an unknown type', { model_type: 'future', sliding_window: 4096 }],
    ['of layers of an unknown kind', { model_type: 'future', layer_types: repeat(24, ['constructor']) }],
    ['not used by any listed layer', { model_type: 'dots1', layer_types: repeat(24, ['full_attention']) }],
  ])('[case N04] do not count if they are %s', (_, config) => {
    expect(cache({ ...PLAIN, ...config })).toBeUndefined();
  });
});

describe('layers with a state in a config.json', () => {
  const NEXT = {
    linear_num_key_heads: 16,
    linear_num_value_heads: 32,
    linear_key_head_dim: 128,
    linear_value_head_dim: 128,
    linear_conv_kernel_dim: 4,
  };
  const DELTA = 3 * (2 * 16 * 128 + 32 * 128) * 2 + 32 * 128 * 128 * 4;
  const MAMBA2 = {
    mamba_num_heads: 128,
    mamba_head_dim: 64,
    ssm_state_size: 128,
    conv_kernel: 4,
    n_groups: 8,
  };
  const NEMOTRON = 3 * (8192 + 2 * 8 * 128) * 2 + 8192 * 128 * 4;

  it.each<[model: string, config: object, layers: readonly CachedLayers[]]>([
    [
      'Qwen3-Next, by interval',
      { model_type: 'qwen3_next', ...PLAIN, ...NEXT, full_attention_interval: 4 },
      [state(18, DELTA), full(6)],
    ],
    [
      'Qwen 3.5, by list',
      {
        model_type: 'qwen3_5_text',
        ...PLAIN,
        ...NEXT,
        layer_types: repeat(6, [...repeat(3, ['linear_attention']), 'full_attention']),
      },
      [state(18, DELTA), full(6)],
    ],
    [
      'Nemotron-H, whose layers are one thing each',
      { model_type: 'nemotron_h', ...PLAIN, ...MAMBA2, hybrid_override_pattern: 'M-M-M*-M-M-M*-M-M-M*-M-M' },
      [state(11, NEMOTRON), full(3)],
    ],
    [
      'Jamba, by period and offset',
      {
        model_type: 'jamba',
        ...PLAIN,
        attn_layer_period: 8,
        attn_layer_offset: 4,
        mamba_d_state: 16,
        mamba_d_conv: 4,
        mamba_expand: 2,
      },
      [state(21, 3 * 8192 * 2 + 8192 * 16 * 4), full(3)],
    ],
    [
      'Bamba, by layers',
      {
        model_type: 'bamba',
        ...PLAIN,
        attn_layer_indices: [9, 18],
        mamba_n_heads: 128,
        mamba_d_head: 64,
        mamba_d_state: 128,
        mamba_n_groups: 1,
      },
      [state(22, 3 * (8192 + 2 * 128) * 2 + 8192 * 128 * 4), full(2)],
    ],
    [
      'Mamba, which has no heads',
      {
        model_type: 'mamba',
        hidden_size: 2560,
        num_hidden_layers: 64,
        state_size: 16,
        conv_kernel: 4,
        expand: 2,
      },
      [state(64, 3 * 5120 * 2 + 5120 * 16 * 4)],
    ],
    [
      'LFM2, with short convolutions',
      { model_type: 'lfm2', ...PLAIN, conv_L_cache: 3, full_attn_idxs: [2, 5, 8] },
      [state(21, 2 * 4096 * 2), full(3)],
    ],
    [
      'Kimi Linear, with latent attention',
      {
        model_type: 'kimi_linear',
        ...PLAIN,
        num_hidden_layers: 4,
        head_dim: 72,
        kv_lora_rank: 512,
        qk_rope_head_dim: 64,
        qk_nope_head_dim: 128,
        v_head_dim: 128,
        linear_attn_config: {
          num_heads: 32,
          head_dim: 128,
          short_conv_kernel_size: 4,
          full_attn_layers: [4],
        },
      },
      [
        state(3, 3 * 3 * 32 * 128 * 2 + 32 * 128 * 128 * 4),
        { kind: 'latent', layers: 1, elements: 576, expanded: 8 * 320 },
      ],
    ],
    [
      'Falcon-H1, which has both in each layer',
      {
        model_type: 'falcon_h1',
        ...PLAIN,
        mamba_d_ssm: 3072,
        mamba_n_heads: 24,
        mamba_d_head: 128,
        mamba_d_state: 256,
        mamba_n_groups: 1,
        mamba_d_conv: 4,
      },
      [state(24, 3 * (3072 + 2 * 256) * 2 + 3072 * 256 * 4), full(24)],
    ],
  ])('[case N04] of %s', (_, config, layers) => {
    expect(cache(config)).toEqual(layers);
  });

  it('[case N04] count as attention if their size is unknown', () => {
    const config = { model_type: 'future', ...PLAIN, full_attention_interval: 4 };
    expect(cache(config)).toBeUndefined();
    expect(readTransformersConfig(JSON.stringify(config))).toMatchObject({ layers: 24, kvHeads: 8 });
  });
});
