import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGgufHeader } from '../../../src/core/estimate/gguf-header.ts';
import { readSafetensorsHeader } from '../../../src/core/estimate/safetensors-header.ts';
import { readTransformersConfig } from '../../../src/core/estimate/transformers-config.ts';
import { encodeGguf, type GgufMetadata } from '../../hub/gguf-file.ts';
import { tinyGguf } from '../../hub/tiny-gguf.ts';

const LLAMA: GgufMetadata = [
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['llama.block_count', { type: 'u32', value: 32 }],
  ['llama.embedding_length', { type: 'u32', value: 4096 }],
  ['llama.attention.head_count', { type: 'u32', value: 32 }],
  ['llama.attention.head_count_kv', { type: 'u32', value: 8 }],
];
const WORDS: GgufMetadata[number] = ['tokenizer.ggml.tokens', { type: 'strings', value: ['a', 'bcd'] }];

describe('the header of a GGUF file', () => {
  it('contains the geometry', () => {
    const file = tinyGguf();
    expect(readGgufHeader(file, file.length)).toEqual({
      state: 'done',
      geometry: {
        architecture: 'llama',
        layers: 3,
        attentionHeads: 6,
        kvHeads: expect.any(Number),
        keyLength: 16,
        valueLength: 16,
        contextLength: 2048,
        sizes: { width: 96, inside: 3 * 256, vocabulary: 314 },
        weightsBytes: file.length,
      },
    });
  });

  it('may have separate key and value lengths, and heads per layer', () => {
    const file = encodeGguf(
      [
        ...LLAMA.slice(0, 1),
        ['llama.block_count', { type: 'u32', value: 4 }],
        ...LLAMA.slice(2, 4),
        ['llama.attention.head_count_kv', { type: 'i32s', value: [8, 8, 4, 1] }],
        ['llama.attention.key_length', { type: 'u32', value: 192 }],
        ['llama.attention.value_length', { type: 'u32', value: 100 }],
      ],
      [],
    );
    expect(readGgufHeader(file, file.length)).toMatchObject({
      geometry: {
        kvHeads: 6,
        keyLength: 192,
        valueLength: 100,
        cache: [
          { kind: 'full', layers: 2, elements: 8 * 292 },
          { kind: 'full', layers: 1, elements: 4 * 292 },
          { kind: 'full', layers: 1, elements: 292 },
        ],
      },
    });
  });

  it.each<[type: string, code: number, value: Buffer, layers: number]>([
    ['u8', 0, Buffer.of(200), 200],
    ['i8', 1, Buffer.of(100), 100],
    ['u16', 2, Buffer.of(0x40, 0x9c), 40_000],
    ['i16', 3, Buffer.of(0x30, 0x75), 30_000],
    ['u32', 4, u32(70_000), 70_000],
    ['i32', 5, u32(70_000), 70_000],
    ['f32', 6, Buffer.of(0, 0, 0x20, 0x41), 10],
    ['bool', 7, Buffer.of(1), 1],
    ['u64', 10, u64(2n ** 40n), 2 ** 40],
    ['i64', 11, u64(2n ** 40n), 2 ** 40],
    ['f64', 12, Buffer.of(0, 0, 0, 0, 0, 0, 0x24, 0x40), 10],
  ])('may store a number as %s', (...[, code, value, layers]) => {
    const file = ggufWithLayers(code, value);
    expect(readGgufHeader(file, file.length)).toMatchObject({ state: 'done', geometry: { layers } });
  });

  it.each<[type: string, code: number, value: Buffer]>([
    ['i8', 1, Buffer.of(0xff)],
    ['i16', 3, Buffer.of(0xff, 0xff)],
    ['i32', 5, u32(2 ** 32 - 1)],
    ['i64', 11, u64(2n ** 64n - 1n)],
  ])('ignores a negative number stored as %s', (_, code, value) => {
    const file = ggufWithLayers(code, value);
    expect(readGgufHeader(file, file.length)).toMatchObject({ state: 'done', geometry: { layers: null } });
  });

  it('can be read from any prefix up to the length of the vocabulary; shorter ones need more bytes', () => {
    const file = encodeGguf([...LLAMA, WORDS], []);
    const whole = readGgufHeader(file, file.length);
    // the key, the types of the list and its items, and the length
    const vocabulary = Buffer.from(file).indexOf('tokenizer.ggml.tokens') + 21 + 4 + 4 + 8;
    for (let bytes = 0; bytes <= file.length; bytes += 1) {
      const read = readGgufHeader(file.subarray(0, bytes), file.length);
      if (bytes >= vocabulary) expect(read).toEqual(whole);
      else expect(read).toMatchObject({ state: 'more' });
      if (read.state === 'more') expect(read.bytes).toBeGreaterThan(bytes);
    }
  });

  it.each([
    ['other content', Buffer.from('<html>, and more of it')],
    ['version 1', header(1, 0n)],
    ['big endian', Buffer.concat([Buffer.from('GGUF'), Buffer.from([0, 0, 0, 3]), Buffer.alloc(16)])],
    ['2^60 entries', header(3, 2n ** 60n)],
    ['a million entries', header(3, 1_000_000n)],
    ['a key of 2^60 bytes', Buffer.concat([header(3, 1n), u64(2n ** 60n)])],
    ['a key of a megabyte', Buffer.concat([header(3, 1n), u64(2n ** 20n)])],
    [
      'a string of 2^60 bytes',
      Buffer.concat([header(3, 1n), u64(1n), Buffer.from('k'), u32(8), u64(2n ** 60n)]),
    ],
    [
      'a string longer than the file',
      Buffer.concat([header(3, 1n), u64(1n), Buffer.from('k'), u32(8), u64(2n ** 30n)]),
    ],
    [
      'a list of 2^50 numbers',
      Buffer.concat([header(3, 1n), u64(1n), Buffer.from('k'), u32(9), u32(4), u64(2n ** 50n)]),
    ],
    ['a list of lists', Buffer.concat([header(3, 1n), u64(1n), Buffer.from('k'), u32(9), u32(9), u64(2n)])],
    ['an unknown type', Buffer.concat([header(3, 1n), u64(1n), Buffer.from('k'), u32(99)])],
  ])('is rejected with %s', (_, bytes) => {
    expect(readGgufHeader(bytes, 2 ** 20).state).toBe('broken');
  });

  it('never throws, whatever the bytes', () => {
    const file = encodeGguf([...LLAMA, WORDS], []);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255))), (changes) => {
        const bytes = Buffer.from(file);
        for (const [at, value] of changes) bytes[at] = value;
        expect(['more', 'done', 'broken']).toContain(readGgufHeader(bytes, bytes.length).state);
      }),
    );
  });
});

describe('the header of a safetensors file', () => {
  it('contains the size of all tensors, and can be read from a prefix', () => {
    const file = safetensors({
      __metadata__: { format: 'pt' },
      a: { dtype: 'F16', shape: [5], data_offsets: [0, 10] },
      b: { dtype: 'F16', shape: [3], data_offsets: [10, 16] },
    });
    expect(readSafetensorsHeader(file.subarray(0, 3), file.length + 16)).toEqual({ state: 'more', bytes: 8 });
    expect(readSafetensorsHeader(file.subarray(0, 20), file.length + 16)).toEqual({
      state: 'more',
      bytes: file.length,
    });
    expect(readSafetensorsHeader(file, file.length + 16)).toEqual({
      state: 'done',
      tensorBytes: 16,
      parameters: 8,
    });
  });

  it.each([
    ['a length of 2^60', u64(2n ** 60n)],
    ['a header longer than the file', u64(2n ** 21n)],
    ['invalid JSON', Buffer.concat([u64(3n), Buffer.from('{x}')])],
    ['a list', safetensors([])],
    ['no offsets', safetensors({ a: {} })],
    ['null instead of a tensor', safetensors({ a: null })],
    ['offsets beyond the file', safetensors({ a: { data_offsets: [0, 2 ** 40] } })],
    ['descending offsets', safetensors({ a: { data_offsets: [9, 3] } })],
    [
      'overlapping tensors',
      safetensors({ a: { data_offsets: [0, 2 ** 19] }, b: { data_offsets: [0, 2 ** 19 + 2 ** 18] } }),
    ],
  ])('is rejected with %s', (_, bytes) => {
    expect(readSafetensorsHeader(bytes, 2 ** 20).state).toBe('broken');
  });
});

describe('config.json of transformers', () => {
  it('contains the geometry of Mistral 7B', () => {
    const config = { architectures: ['MistralForCausalLM'], hidden_size: 4096, num_hidden_layers: 32 };
    const heads = { num_attention_heads: 32, num_key_value_heads: 8, max_position_embeddings: 32_768 };
    expect(readTransformersConfig(JSON.stringify({ ...config, ...heads }))).toEqual({
      architecture: 'MistralForCausalLM',
      layers: 32,
      attentionHeads: 32,
      kvHeads: 8,
      keyLength: 128,
      valueLength: 128,
      contextLength: 32_768,
    });
  });

  it.each([
    [
      'an explicit head_dim',
      { num_hidden_layers: 2, num_attention_heads: 2, head_dim: 256 },
      { keyLength: 256, valueLength: 256 },
    ],
    [
      'the key names of GPT-2',
      { n_layer: 12, n_head: 12, n_embd: 768 },
      { layers: 12, kvHeads: 12, keyLength: 64 },
    ],
    ['a text_config', { text_config: { num_hidden_layers: 7 } }, { layers: 7 }],
    ['invalid numbers', { num_hidden_layers: 'many', hidden_size: -1 }, { layers: null, keyLength: null }],
  ])('may have %s', (_, config, figures) => {
    expect(readTransformersConfig(JSON.stringify(config))).toMatchObject(figures);
  });

  it.each(['', '[]', 'null', '{'])('is ignored if it is %j', (text) => {
    expect(readTransformersConfig(text)).toBeNull();
  });
});

function header(version: number, entries: bigint): Buffer {
  return Buffer.concat([Buffer.from('GGUF'), u32(version), u64(0n), u64(entries)]);
}

/** Returns a GGUF header with the number of layers in this type. */
function ggufWithLayers(code: number, value: Buffer): Buffer {
  const architecture = [text('general.architecture'), u32(8), text('m')];
  return Buffer.concat([header(3, 2n), ...architecture, text('m.block_count'), u32(code), value]);
}

function text(value: string): Buffer {
  return Buffer.concat([u64(BigInt(value.length)), Buffer.from(value)]);
}

function safetensors(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([u64(BigInt(json.length)), json]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
