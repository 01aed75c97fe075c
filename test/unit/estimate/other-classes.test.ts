import { describe, expect, it } from 'vitest';
import { cacheBytes } from '../../../src/core/estimate/cache-bytes.ts';
import { gpuNeed } from '../../../src/core/estimate/need.ts';
import { readTransformersConfig } from '../../../src/core/estimate/transformers-config.ts';

/** Bytes of the cache per token, of a long request in vLLM or with full keys and values. */
function perToken(config: object, memory: 'vllm' | 'full'): number {
  const read = readTransformersConfig(JSON.stringify(config));
  if (read === null) throw new Error('not read');
  const engine = { overheadBytes: 0, memory };
  const load = { context: 65_536, concurrency: 1 };
  const need = gpuNeed({
    model: null,
    geometry: { ...read, weightsBytes: 0 },
    gpuMemoryBytes: null,
    engine,
    ...load,
  });
  expect(need.basis).toBe('header');
  return need.kvBytes / load.context;
}

const QWEN_VL = { num_hidden_layers: 28, num_attention_heads: 28, num_key_value_heads: 4, hidden_size: 3584 };
const DSA = { num_hidden_layers: 61, num_attention_heads: 128, kv_lora_rank: 512, qk_rope_head_dim: 64 };

describe('the cache of a class with keys of its own', () => {
  it.each<[tag: string, model: string, config: object, bytes: number]>([
    [
      'N01',
      'MPT, one head per head',
      { model_type: 'mpt', n_layers: 32, n_heads: 32, d_model: 4096 },
      32 * 2 * 4096 * 2,
    ],
    [
      'N01',
      'BLOOM, with the first name of its width',
      { model_type: 'bloom', n_layer: 70, num_attention_heads: 112, n_embed: 14_336 },
      70 * 2 * 14_336 * 2,
    ],
    ['N01', 'GPT-J', { model_type: 'gptj', n_layer: 28, n_head: 16, n_embd: 4096 }, 28 * 2 * 4096 * 2],
    [
      'N01',
      'GPT-NeoX 20B',
      { model_type: 'gpt_neox', num_hidden_layers: 44, num_attention_heads: 64, hidden_size: 6144 },
      44 * 2 * 6144 * 2,
    ],
    [
      'N02',
      'OpenELM, with only its own names',
      {
        model_type: 'openelm',
        num_transformer_layers: 3,
        head_dim: 64,
        num_query_heads: [12, 12, 16],
        num_kv_heads: [3, 3, 4],
      },
      10 * 2 * 64 * 2,
    ],
    [
      'N02',
      'OLMo under its first names',
      { model_type: 'hf_olmo', n_layers: 32, n_heads: 32, n_kv_heads: 8, d_model: 4096 },
      32 * 8 * 2 * 128 * 2,
    ],
    [
      'N02',
      'Nemotron 49B, where blocks without attention have no group',
      {
        model_type: 'nemotron-nas',
        num_hidden_layers: 2,
        num_attention_heads: 64,
        hidden_size: 8192,
        block_configs: [{ attention: { n_heads_in_group: 8 } }, { attention: { no_op: true } }],
      },
      8 * 2 * 128 * 2,
    ],
    [
      'N03',
      'DeepSeek V3.2, whose indexer keeps 8-bit keys and a scale',
      { model_type: 'deepseek_v32', ...DSA, index_head_dim: 128 },
      61 * (576 * 2 + 128 + 4),
    ],
    [
      'N03',
      'LongCat, with two attentions in each layer',
      { model_type: 'longcat_flash', num_layers: 28, hidden_size: 6144, num_attention_heads: 64 },
      28 * 2 * 576 * 2,
    ],
    [
      'N04',
      'Qwen2.5-VL with a window that its class does not use',
      {
        model_type: 'qwen2_5_vl',
        text_config: { model_type: 'qwen2_5_vl_text', ...QWEN_VL, sliding_window: 4096 },
      },
      28 * 4 * 2 * 128 * 2,
    ],
    [
      'N04',
      'Phi-3 with a window of null',
      { model_type: 'phi3', num_hidden_layers: 32, num_key_value_heads: 8, sliding_window: null },
      32 * 8 * 2 * 96 * 2,
    ],
    [
      'N05',
      'Llama with numbers in quotes',
      {
        model_type: 'llama',
        num_hidden_layers: '80',
        num_key_value_heads: '8',
        hidden_size: '8192',
        num_attention_heads: '64',
      },
      80 * 8 * 2 * 128 * 2,
    ],
    [
      'N05',
      'Pixtral',
      {
        model_type: 'llava',
        text_config: {
          model_type: 'mistral',
          head_dim: 128,
          num_hidden_layers: 40,
          hidden_size: 5120,
          sliding_window: null,
        },
      },
      40 * 8 * 2 * 128 * 2,
    ],
  ])('[case %s] is that of %s', (...[, , config, bytes]) => {
    expect(perToken(config, 'vllm')).toBeCloseTo(bytes, 3);
  });

  it.each<[model: string, config: object, bytes: number]>([
    [
      'T5 11B, with heads wider than the model',
      {
        model_type: 't5',
        is_encoder_decoder: true,
        num_layers: 24,
        num_heads: 128,
        d_kv: 128,
        d_model: 1024,
      },
      2 * 24 * 128 * 2 * 128 * 2,
    ],
    [
      'Distil-Whisper, by its decoder',
      {
        model_type: 'whisper',
        is_encoder_decoder: true,
        num_hidden_layers: 32,
        decoder_layers: 2,
        decoder_attention_heads: 20,
        d_model: 1280,
      },
      2 * 2 * 2 * 1280 * 2,
    ],
  ])('[case N05] of an encoder and a decoder has the keys of both: %s', (_, config, bytes) => {
    expect(perToken(config, 'full')).toBe(bytes);
  });

  it('[case N05] is at least zero for values that no model has', () => {
    const absurd = {
      model_type: 'llama',
      num_hidden_layers: 1e30,
      hidden_size: 1e300,
      num_attention_heads: -4,
    };
    const read = readTransformersConfig(JSON.stringify(absurd));
    expect(read).toMatchObject({ layers: null, kvHeads: null });
    expect(cacheBytes(read?.cache ?? [], 'vllm', { context: 0, concurrency: 1 })).toBe(0);
  });
});
