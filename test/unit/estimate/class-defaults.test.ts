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
describe('a config.json with few keys', () => {
  it.each<[model: string, config: object, layers: readonly CachedLayers[] | readonly number[]]>([
    ['Llama', { model_type: 'llama' }, [32, 32, 128]],
    ['Llama with another width', { model_type: 'llama', hidden_size: 8192 }, [32, 32, 256]],
    ['Mistral', { model_type: 'mistral', sliding_window: null }, [32, 8, 128]],
    [
      'Mistral without grouped heads',
      { model_type: 'mistral', num_key_value_heads: null, sliding_window: null },
      [32, 32, 128],
    ],
    ['Mixtral', { model_type: 'mixtral' }, [32, 8, 128]],
    ['Qwen 3', { model_type: 'qwen3', num_hidden_layers: 36 }, [36, 32, 128]],
    ['Phi-3', { model_type: 'phi3' }, [32, 32, 96]],
    [
      'the hybrid Zamba, whose attention is twice as wide',
      { model_type: 'zamba', num_hidden_layers: 2, mamba_d_state: null },
      [2, 16, 464],
    ],
    ['GPT-2, under its own names', { model_type: 'gpt2', n_layer: 24 }, [24, 12, 64]],
    ['Falcon', { model_type: 'falcon' }, [32, 1, 64]],
    [
      'LLaVA 1.5',
      { model_type: 'llava', text_config: { model_type: 'llama', vocab_size: 32_064 } },
      [32, 32, 128],
    ],
    ['LLaVA without a language model', { model_type: 'llava' }, [32, 32, 128]],
    [
      'LLaVA of Mistral',
      { model_type: 'llava_next', text_config: { model_type: 'mistral', sliding_window: null } },
      [32, 8, 128],
    ],
    [
      'PaliGemma',
      { model_type: 'paligemma', text_config: { num_hidden_layers: 18, num_key_value_heads: 1 } },
      [18, 1, 256],
    ],
    [
      'Qwen2-VL, flat',
      {
        model_type: 'qwen2_vl',
        num_hidden_layers: 28,
        num_attention_heads: 28,
        num_key_value_heads: 4,
        hidden_size: 3584,
      },
      [28, 4, 128],
    ],
    ['a thinker', { thinker_config: { text_config: { ...PLAIN, model_type: 'qwen3_moe' } } }, [24, 8, 128]],
    [
      'Gemma 3 4B',
      {
        model_type: 'gemma3',
        text_config: { hidden_size: 2560, num_hidden_layers: 34, sliding_window: 1024 },
      },
      [window(29, 1024), full(5)],
    ],
    [
      'DeepSeek V3',
      { model_type: 'deepseek_v3' },
      [{ kind: 'latent', layers: 61, elements: 576, expanded: 128 * 320 }],
    ],
    ['gpt-oss', { model_type: 'gpt_oss' }, [window(18, 128, 1024), full(18, 1024)]],
  ])('[case N05] of %s has the defaults of its class', (_, config, expected) => {
    const geometry = readTransformersConfig(JSON.stringify(config));
    if (typeof expected[0] === 'object') {
      expect(geometry?.cache).toEqual(expected);
      return;
    }
    expect(geometry?.cache).toBeUndefined();
    expect([geometry?.layers, geometry?.kvHeads, geometry?.keyLength]).toEqual(expected);
  });

  it('[case N05] of an unknown class has none: its cache is unknown, or the widest that its width allows', () => {
    expect(readTransformersConfig('{"model_type":"mystery"}')).toMatchObject({ layers: null, kvHeads: null });
    expect(cache({ model_type: 'mystery', num_hidden_layers: 8, hidden_size: 512 })).toEqual([full(8, 1024)]);
  });

  it.each(['bert', 'roberta', 'nomic_bert', 'modernbert'])('of the encoder %s has no cache', (type) => {
    expect(cache({ model_type: type, ...PLAIN })).toEqual([]);
  });
});
