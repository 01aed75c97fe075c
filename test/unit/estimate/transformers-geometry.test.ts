import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheBytes } from '../../../src/core/estimate/cache-bytes.ts';
import { readTransformersConfig } from '../../../src/core/estimate/transformers-config.ts';

const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
};

/** Elements per token if all layers keep all tokens, of a config. */
function elements(config: unknown): number | null {
  const geometry = readTransformersConfig(JSON.stringify(config));
  const { cache, layers, kvHeads, keyLength, valueLength } = geometry ?? { layers: null };
  if (layers === null || kvHeads == null || keyLength == null || valueLength == null) return null;
  const plain = [{ kind: 'full', layers, elements: kvHeads * (keyLength + valueLength) }] as const;
  return cacheBytes(cache ?? plain, 'full', { context: 1, concurrency: 1 }) / 2;
}

function cache(config: unknown) {
  return readTransformersConfig(JSON.stringify(config))?.cache;
}

describe('a config.json written by Python', () => {
  const text = JSON.stringify(LLAMA);
  const geometry = readTransformersConfig(text);

  it.each(['NaN', 'Infinity', '-Infinity'])('[case F01] may have a bare %s', (value) => {
    expect(readTransformersConfig(text.replace('{', `{"initializer_range": ${value},`))).toEqual(geometry);
    const nested = `{"model_type":"llava","text_config":${text.replace('}', `,"x":[1,${value}]}`)}}`;
    expect(readTransformersConfig(nested)).toEqual({ ...geometry, architecture: 'llava' });
  });

  it('[case F01] is read as if a key with such a value were missing, not as if it were null', () => {
    const few = '{"model_type":"mistral","num_key_value_heads":NaN,"sliding_window":Infinity}';
    expect(readTransformersConfig(few)).toEqual(readTransformersConfig('{"model_type":"mistral"}'));
  });

  it('[case F01] may have those words in texts', () => {
    const noisy = text.replace('{', '{"note": "a \\" NaN, -Infinity","eps": NaN,');
    expect(readTransformersConfig(noisy)).toEqual(geometry);
  });

  it.each(['{"a": nan}', '{"a": NaN', '[NaN]', 'NaN', '{"a": +Infinity}', '{"a": NaNs}'])(
    'is ignored if it is %j',
    (broken) => {
      expect(readTransformersConfig(broken)).toBeNull();
    },
  );

  it('never throws, whatever the values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(LLAMA), 'layer_types'), fc.json()), (all) => {
        const body = Object.entries(all).map(([key, value]) => `${JSON.stringify(key)}:${value}`);
        expect(() => readTransformersConfig(`{"x":NaN,${body.join(',') || '"y":1'}}`)).not.toThrow();
      }),
    );
    expect(
      readTransformersConfig(`{"x":NaN,"y":${'['.repeat(200_000)}${']'.repeat(200_000)}}`),
    ).toBeDefined();
  });
});

describe('key-value heads in a config.json', () => {
  it.each<[tag: string, model: string, config: object, heads: number, elements: number]>([
    [
      'N01',
      'Falcon 7B',
      {
        model_type: 'falcon',
        num_hidden_layers: 32,
        num_attention_heads: 71,
        hidden_size: 4544,
        multi_query: true,
        new_decoder_architecture: false,
      },
      1,
      32 * 2 * 64,
    ],
    [
      'N01',
      'Falcon 7B under its first name',
      { model_type: 'RefinedWebModel', n_layer: 32, n_head: 71, hidden_size: 4544, multi_query: true },
      1,
      32 * 2 * 64,
    ],
    [
      'N01',
      'Falcon 40B',
      {
        model_type: 'falcon',
        num_hidden_layers: 60,
        num_attention_heads: 128,
        hidden_size: 8192,
        multi_query: true,
        new_decoder_architecture: true,
        num_kv_heads: 8,
      },
      8,
      60 * 8 * 2 * 64,
    ],
    [
      'N01',
      'Falcon without multi-query attention',
      { model_type: 'falcon', num_attention_heads: 64, hidden_size: 4096, multi_query: false },
      64,
      32 * 64 * 2 * 64,
    ],
    [
      'N01',
      'StarCoder',
      { model_type: 'gpt_bigcode', n_layer: 40, n_head: 48, n_embd: 6144, multi_query: true },
      1,
      40 * 2 * 128,
    ],
    [
      'N02',
      'ChatGLM 3',
      {
        model_type: 'chatglm',
        num_layers: 28,
        num_attention_heads: 32,
        hidden_size: 4096,
        kv_channels: 128,
        multi_query_attention: true,
        multi_query_group_num: 2,
      },
      2,
      28 * 2 * 2 * 128,
    ],
    [
      'N02',
      'GLM-4 9B',
      {
        model_type: 'chatglm',
        num_layers: 40,
        num_attention_heads: 32,
        hidden_size: 4096,
        kv_channels: 128,
        multi_query_group_num: 2,
      },
      2,
      40 * 2 * 2 * 128,
    ],
    [
      'N02',
      'ChatGLM without multi-query attention',
      {
        model_type: 'chatglm',
        num_layers: 28,
        num_attention_heads: 32,
        kv_channels: 128,
        multi_query_attention: false,
        multi_query_group_num: 2,
      },
      32,
      28 * 32 * 2 * 128,
    ],
    [
      'N02',
      'MPT with grouped heads',
      { model_type: 'mpt', n_layers: 32, n_heads: 32, d_model: 4096, attn_config: { kv_n_heads: 8 } },
      8,
      32 * 8 * 2 * 128,
    ],
    [
      'N02',
      'OpenELM, whose layers have different heads',
      {
        model_type: 'openelm',
        num_transformer_layers: 4,
        num_hidden_layers: 4,
        head_dim: 64,
        num_query_heads: [12, 12, 16, 16],
        num_kv_heads: [3, 3, 4, 4],
      },
      4,
      (3 + 3 + 4 + 4) * 2 * 64,
    ],
    [
      'N02',
      'Nemotron 51B, whose layers have different groups',
      {
        model_type: 'nemotron-nas',
        num_hidden_layers: 3,
        num_attention_heads: 64,
        hidden_size: 8192,
        block_configs: [
          { attention: { n_heads_in_group: 8 } },
          { attention: { n_heads_in_group: null } },
          { attention: { n_heads_in_group: 16 } },
        ],
      },
      8,
      (8 + 0 + 4) * 2 * 128,
    ],
  ])('[case %s] of %s', (...[, , config, heads, expected]) => {
    expect(readTransformersConfig(JSON.stringify(config))?.kvHeads).toBe(heads);
    expect(elements(config)).toBe(expected);
  });
});

describe('multi-head latent attention in a config.json', () => {
  const DEEPSEEK = {
    model_type: 'deepseek_v3',
    num_hidden_layers: 61,
    num_attention_heads: 128,
    hidden_size: 7168,
    kv_lora_rank: 512,
    qk_rope_head_dim: 64,
    qk_nope_head_dim: 128,
    v_head_dim: 128,
  };

  it('[case N03] is one compressed vector per token and layer, whatever the heads', () => {
    expect(cache(DEEPSEEK)).toEqual([{ kind: 'latent', layers: 61, elements: 576, expanded: 128 * 320 }]);
    expect(readTransformersConfig(JSON.stringify(DEEPSEEK))).toMatchObject({ kvHeads: 1, keyLength: 576 });
  });

  it.each([
    ['vllm', 61 * (512 + 64) * 2 * 1024],
    ['full', 61 * 128 * (192 + 128) * 2 * 1024],
  ] as const)('[case N03] takes what the engine %s keeps', (memory, bytes) => {
    expect(cacheBytes(cache(DEEPSEEK) ?? [], memory, { context: 1024, concurrency: 1 })).toBe(bytes);
  });

  it.each([
    ['has no rank', { kv_lora_rank: null, qk_nope_head_dim: 0, qk_rope_head_dim: 0, v_head_dim: 0 }],
    ['switches it off', { use_mla: false }],
  ])('[case N03] is plain attention if a model of that class %s', (_, change) => {
    const ocr = {
      model_type: 'deepseek_v2',
      hidden_size: 1280,
      num_hidden_layers: 12,
      num_attention_heads: 10,
    };
    expect(cache({ ...ocr, v_head_dim: null, ...change })).toBeUndefined();
    expect(elements({ ...ocr, v_head_dim: null, ...change })).toBe(12 * 10 * 2 * 128);
  });

  it('[case N03] is read under other types too', () => {
    const kimi = { ...DEEPSEEK, model_type: 'kimi_k2', num_attention_heads: 64 };
    expect(cache(kimi)).toEqual([{ kind: 'latent', layers: 61, elements: 576, expanded: 64 * 320 }]);
  });
});
