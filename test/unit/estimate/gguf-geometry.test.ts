import { describe, expect, it } from 'vitest';
import type { CachedLayers } from '../../../src/core/domain/geometry.ts';
import { readGgufHeader } from '../../../src/core/estimate/gguf-header.ts';
import { encodeGguf, type GgufMetadata, type GgufValue } from '../../hub/gguf-file.ts';

const PLAIN = {
  block_count: 24,
  embedding_length: 4096,
  'attention.head_count': 32,
  'attention.head_count_kv': 8,
};
/** Keys and values of 8 heads with 128 elements. */
const KV = 2048;

type Values = Readonly<Record<string, number | readonly number[]>>;

function geometry(architecture: string, values: Values) {
  const entries = Object.entries(values).map(([key, value]): GgufMetadata[number] => {
    const encoded: GgufValue = typeof value === 'number' ? { type: 'u32', value } : { type: 'i32s', value };
    return [`${architecture}.${key}`, encoded];
  });
  const file = encodeGguf(
    [
      ['general.architecture', { type: 'string', value: architecture }],
      ...entries,
      ['tokenizer.ggml.tokens', { type: 'strings', value: ['a', 'b', 'c'] }],
    ],
    [],
  );
  const read = readGgufHeader(file, file.length);
  return read.state === 'done' ? read.geometry : null;
}

const full = (layers: number, elements = KV): CachedLayers => ({ kind: 'full', layers, elements });
const window = (layers: number, size: number, elements = KV): CachedLayers => ({
  kind: 'window',
  layers,
  elements,
  window: size,
});
const state = (layers: number, bytes: number): CachedLayers => ({ kind: 'state', layers, bytes });
const some = (layers: number, is: (layer: number) => number): readonly number[] =>
  Array.from({ length: layers }, (_, layer) => is(layer));

describe('the layers of a GGUF file', () => {
  it.each<[architecture: string, values: Values, layers: readonly CachedLayers[]]>([
    ['gemma2', PLAIN, [window(12, 4096), full(12)]],
    ['gemma3', { ...PLAIN, 'attention.sliding_window': 1024 }, [window(20, 1024), full(4)]],
    ['gemma3n', { ...PLAIN, 'attention.sliding_window': 512 }, [window(16, 512), full(4)]],
    [
      'gemma4',
      {
        ...PLAIN,
        'attention.sliding_window': 512,
        'attention.sliding_window_pattern': some(24, (layer) => Number(layer % 6 < 5)),
        'attention.shared_kv_layers': 12,
        'attention.key_length': 512,
        'attention.value_length': 512,
        'attention.key_length_swa': 256,
        'attention.value_length_swa': 256,
      },
      [window(10, 512, 8 * 512), full(2, 8 * 1024)],
    ],
    ['cohere2', { ...PLAIN, 'attention.sliding_window': 4096 }, [window(18, 4096), full(6)]],
    ['gpt-oss', { ...PLAIN, 'attention.sliding_window': 128 }, [window(12, 128), full(12)]],
    ['gptoss', { ...PLAIN, 'attention.sliding_window': 128 }, [window(12, 128), full(12)]],
    ['llama4', PLAIN, [window(18, 8192), full(6)]],
    ['smallthinker', { ...PLAIN, 'attention.sliding_window': 4096 }, [full(6), window(18, 4096)]],
    ['exaone4', { ...PLAIN, block_count: 64 }, [window(48, 4096), full(16)]],
  ])('[case N04] of %s have windows', (architecture, values, layers) => {
    expect(geometry(architecture, values)?.cache).toEqual(layers);
  });

  it.each<[architecture: string, values: Values]>([
    ['phi3', { 'attention.sliding_window': 2047 }],
    ['llama', { 'attention.sliding_window': 4096 }],
    ['llama4', { 'attention.sliding_window': 0 }],
    ['gemma3', {}],
    ['exaone4', { 'attention.sliding_window': 4096 }],
    ['future', { 'attention.sliding_window': 4096, 'attention.sliding_window_pattern': 4 }],
  ])('[case N04] of %s have no window where llama.cpp uses none', (architecture, values) => {
    const read = geometry(architecture, { ...PLAIN, ...values });
    expect(read?.cache).toBeUndefined();
    expect(read).toMatchObject({ layers: 24, kvHeads: 8, keyLength: 128, valueLength: 128 });
  });

  const SSM = { 'ssm.conv_kernel': 4, 'ssm.inner_size': 8192, 'ssm.state_size': 128, 'ssm.group_count': 8 };
  const BYTES = (3 * (8192 + 2 * 8 * 128) + 8192 * 128) * 4;

  it.each<[architecture: string, values: Values, layers: readonly CachedLayers[]]>([
    ['qwen3next', { ...PLAIN, ...SSM }, [state(18, BYTES), full(6)]],
    ['qwen35', { ...PLAIN, ...SSM, full_attention_interval: 8 }, [state(21, BYTES), full(3)]],
    [
      'nemotron_h',
      {
        ...PLAIN,
        ...SSM,
        'attention.head_count_kv': some(24, (layer) => (layer % 8 === 7 ? 8 : 0)),
        feed_forward_length: some(24, (layer) => (layer % 2 === 0 ? 9000 : 0)),
      },
      [state(9, BYTES), full(3)],
    ],
    [
      'jamba',
      {
        ...PLAIN,
        'ssm.conv_kernel': 4,
        'ssm.inner_size': 8192,
        'ssm.state_size': 16,
        'attention.head_count_kv': some(24, (layer) => (layer % 8 === 4 ? 8 : 0)),
      },
      [state(21, (3 * 8192 + 8192 * 16) * 4), full(3)],
    ],
    ['falcon-h1', { ...PLAIN, ...SSM }, [state(24, BYTES), full(24)]],
    [
      'lfm2',
      {
        ...PLAIN,
        'shortconv.l_cache': 3,
        'attention.head_count_kv': some(24, (layer) => (layer % 4 === 2 ? 8 : 0)),
      },
      [state(18, 4096 * 2 * 4), full(6)],
    ],
    [
      'mamba',
      {
        block_count: 64,
        embedding_length: 2560,
        'attention.head_count': 0,
        'ssm.conv_kernel': 4,
        'ssm.inner_size': 5120,
        'ssm.state_size': 16,
      },
      [state(64, (3 * 5120 + 5120 * 16) * 4)],
    ],
    [
      'rwkv7',
      { block_count: 32, embedding_length: 4096, 'attention.head_count': 0, 'wkv.head_size': 64 },
      [state(32, (2 * 4096 + 4096 * 64) * 4)],
    ],
  ])('[case N04] of %s have a state', (architecture, values, layers) => {
    expect(geometry(architecture, values)?.cache).toEqual(layers);
  });

  const DEEPSEEK = {
    block_count: 61,
    embedding_length: 7168,
    'attention.head_count': 128,
    'attention.kv_lora_rank': 512,
  };

  it('[case N03] of DeepSeek keep one compressed vector', () => {
    const values = {
      ...DEEPSEEK,
      'attention.head_count_kv': 1,
      'attention.key_length': 576,
      'attention.value_length': 512,
      'attention.key_length_mla': 192,
      'attention.value_length_mla': 128,
    };
    expect(geometry('deepseek2', values)?.cache).toEqual([
      { kind: 'latent', layers: 61, elements: 576, expanded: 576 },
    ]);
  });

  it('[case N03] of DeepSeek keep keys and values in a file without the lengths of latent attention', () => {
    const values = { ...DEEPSEEK, 'attention.key_length': 192, 'attention.value_length': 128 };
    expect(geometry('deepseek2', values)).toMatchObject({ kvHeads: 128, keyLength: 192, valueLength: 128 });
    expect(geometry('deepseek2', values)?.cache).toBeUndefined();
  });

  it("[case N03] of GLM-4.7 Flash in Ollama's own file are compressed on load", () => {
    const values = {
      block_count: 47,
      embedding_length: 2048,
      'attention.head_count': 20,
      'attention.head_count_kv': 20,
      'attention.key_length': 256,
      'attention.value_length': 256,
      'attention.key_length_mla': 576,
      'attention.value_length_mla': 512,
      'attention.kv_lora_rank': 512,
      'rope.dimension_count': 64,
    };
    expect(geometry('glm4moelite', values)?.cache).toEqual([
      { kind: 'latent', layers: 47, elements: 576, expanded: 576 },
    ]);
  });

  it('[case N01] of Falcon have one head', () => {
    const values = { block_count: 32, embedding_length: 4544, 'attention.head_count': 71 };
    const read = geometry('falcon', { ...values, 'attention.head_count_kv': 1 });
    expect(read).toMatchObject({ kvHeads: 1, keyLength: 64, valueLength: 64 });
  });

  it.each(['bert', 'nomic-bert', 'modern-bert'])('of the encoder %s keep nothing', (architecture) => {
    expect(geometry(architecture, PLAIN)?.cache).toEqual([]);
  });
});

describe('the vocabulary of a GGUF file', () => {
  it('[case N06] is its own number, or the length of the list of tokens', () => {
    expect(geometry('qwen2', PLAIN)?.sizes).toEqual({ width: 4096, inside: null, vocabulary: 3 });
    expect(geometry('llama', { ...PLAIN, vocab_size: 32_000 })?.sizes?.vocabulary).toBe(32_000);
  });
});
