import { encodeGguf, type GgufMetadata, type GgufTensor } from './gguf-file.ts';
import { randomFloats } from './random-floats.ts';

const LAYERS = 2;
const WIDTH = 64;
const HEADS = 4;
const FEED_FORWARD = 128;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/**
 * A complete nomic-bert model with random weights: real engines return a vector of 64 numbers. The same seed has the
 * same bytes.
 */
export function tinyEmbedder({ seed = 1, name = 'rma tiny embedder' } = {}): Uint8Array {
  return encodeGguf(metadata(name), tensors(seed));
}

/** WordPiece: each character, and each after a space, which is written as U+2581. */
function vocabulary(): readonly string[] {
  const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789.,:;!?-'];
  return [...SPECIAL, ...characters, ...characters.map((character) => `\u2581${character}`)];
}

function metadata(name: string): GgufMetadata {
  const tokens = vocabulary();
  return [
    ['general.architecture', { type: 'string', value: 'nomic-bert' }],
    ['general.name', { type: 'string', value: name }],
    ['general.file_type', { type: 'u32', value: 0 }],
    ['nomic-bert.context_length', { type: 'u32', value: 512 }],
    ['nomic-bert.embedding_length', { type: 'u32', value: WIDTH }],
    ['nomic-bert.block_count', { type: 'u32', value: LAYERS }],
    ['nomic-bert.feed_forward_length', { type: 'u32', value: FEED_FORWARD }],
    ['nomic-bert.attention.head_count', { type: 'u32', value: HEADS }],
    ['nomic-bert.attention.layer_norm_epsilon', { type: 'f32', value: 1e-12 }],
    ['nomic-bert.attention.causal', { type: 'bool', value: false }],
    ['nomic-bert.pooling_type', { type: 'u32', value: 1 }],
    ['nomic-bert.rope.freq_base', { type: 'f32', value: 1000 }],
    ['tokenizer.ggml.model', { type: 'string', value: 'bert' }],
    ['tokenizer.ggml.token_type_count', { type: 'u32', value: 2 }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    ['tokenizer.ggml.scores', { type: 'f32s', value: tokens.map(() => -1000) }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: tokens.map((token) => typeOf(token)) }],
    ['tokenizer.ggml.padding_token_id', { type: 'u32', value: SPECIAL.indexOf('[PAD]') }],
    ['tokenizer.ggml.unknown_token_id', { type: 'u32', value: SPECIAL.indexOf('[UNK]') }],
    ['tokenizer.ggml.cls_token_id', { type: 'u32', value: SPECIAL.indexOf('[CLS]') }],
    ['tokenizer.ggml.bos_token_id', { type: 'u32', value: SPECIAL.indexOf('[CLS]') }],
    ['tokenizer.ggml.seperator_token_id', { type: 'u32', value: SPECIAL.indexOf('[SEP]') }],
    ['tokenizer.ggml.eos_token_id', { type: 'u32', value: SPECIAL.indexOf('[SEP]') }],
    ['tokenizer.ggml.mask_token_id', { type: 'u32', value: SPECIAL.indexOf('[MASK]') }],
  ];
}

function typeOf(token: string): number {
  const [NORMAL, UNKNOWN, CONTROL] = [1, 2, 3];
  if (token === '[UNK]') return UNKNOWN;
  return SPECIAL.includes(token) ? CONTROL : NORMAL;
}

function tensors(seed: number): GgufTensor[] {
  const random = randomFloats(seed);
  const matrix = (name: string, columns: number, rows: number): GgufTensor => ({
    name,
    shape: [columns, rows],
    data: random(columns * rows, 1 / Math.sqrt(columns)),
  });
  const norm = (name: string): GgufTensor[] => [
    { name: `${name}.weight`, shape: [WIDTH], data: new Float32Array(WIDTH).fill(1) },
    { name: `${name}.bias`, shape: [WIDTH], data: new Float32Array(WIDTH) },
  ];
  const block = (layer: number): GgufTensor[] => [
    matrix(`blk.${layer}.attn_qkv.weight`, WIDTH, 3 * WIDTH),
    matrix(`blk.${layer}.attn_output.weight`, WIDTH, WIDTH),
    ...norm(`blk.${layer}.attn_output_norm`),
    matrix(`blk.${layer}.ffn_up.weight`, WIDTH, FEED_FORWARD),
    matrix(`blk.${layer}.ffn_gate.weight`, WIDTH, FEED_FORWARD),
    matrix(`blk.${layer}.ffn_down.weight`, FEED_FORWARD, WIDTH),
    ...norm(`blk.${layer}.layer_output_norm`),
  ];
  return [
    matrix('token_embd.weight', WIDTH, vocabulary().length),
    matrix('token_types.weight', WIDTH, 2),
    ...norm('token_embd_norm'),
    ...Array.from({ length: LAYERS }, (_, layer) => block(layer)).flat(),
  ];
}
