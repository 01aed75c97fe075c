import { encodeGguf, GGUF_ALIGNMENT, type GgufMetadata, type GgufTensor } from './gguf-file.ts';
import { randomFloats } from './random-floats.ts';
import { tinyVocabulary, type VocabularyToken } from './tiny-vocabulary.ts';

export interface TinyGgufOptions {
  /** Another seed changes the weights, but not the size. */
  readonly seed?: number;
  /** The exact size of the file; default is the minimum, about 1.5 MB. All but a few KiB are weights. */
  readonly bytes?: number;
  readonly name?: string;
}

const LAYERS = 3;
const WIDTH = 96;
const HEADS = 6;
const SMALLEST_FEED_FORWARD = 256;
const CONTEXT = 2048;

const CHAT_TEMPLATE =
  "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

/**
 * A complete llama model with random weights that real engines can load; it responds to chats with random words.
 * The same options have the same bytes. Throws RangeError if `bytes` is below the minimum.
 */
export function tinyGguf(options: TinyGgufOptions = {}): Uint8Array {
  const { seed = 1, name = 'rma tiny' } = options;
  const build = (feedForward: number, padding: number): Uint8Array =>
    encodeGguf(metadata(name, feedForward, padding), tensors(seed, feedForward));
  const smallest = build(SMALLEST_FEED_FORWARD, 0);
  if (options.bytes === undefined) return smallest;
  return fill(options.bytes, smallest.length, build);
}

/** Grows the model by feed-forward units, then a metadata string, then padding after the last tensor. */
function fill(bytes: number, smallest: number, build: (feedForward: number, padding: number) => Uint8Array) {
  if (bytes < smallest) throw new RangeError(`a tiny GGUF has at least ${smallest} bytes, asked: ${bytes}`);
  const unit = LAYERS * 3 * WIDTH * Float32Array.BYTES_PER_ELEMENT;
  const units = Math.floor((bytes - smallest) / unit);
  const rest = bytes - smallest - units * unit;
  const file = build(SMALLEST_FEED_FORWARD + units, rest - (rest % GGUF_ALIGNMENT));
  const exact = new Uint8Array(bytes);
  exact.set(file);
  return exact;
}

function metadata(name: string, feedForward: number, padding: number): GgufMetadata {
  const tokens = tinyVocabulary();
  return [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: name }],
    ['general.file_type', { type: 'u32', value: 0 }],
    ['general.padding', { type: 'string', value: '.'.repeat(padding) }],
    ['llama.vocab_size', { type: 'u32', value: tokens.length }],
    ['llama.context_length', { type: 'u32', value: CONTEXT }],
    ['llama.embedding_length', { type: 'u32', value: WIDTH }],
    ['llama.block_count', { type: 'u32', value: LAYERS }],
    ['llama.feed_forward_length', { type: 'u32', value: feedForward }],
    ['llama.rope.dimension_count', { type: 'u32', value: WIDTH / HEADS }],
    ['llama.attention.head_count', { type: 'u32', value: HEADS }],
    ['llama.attention.head_count_kv', { type: 'u32', value: HEADS }],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'f32', value: 1e-5 }],
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens.map(({ text }) => text) }],
    ['tokenizer.ggml.scores', { type: 'f32s', value: tokens.map((_, index) => -index) }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: tokens.map(({ type }) => type) }],
    ['tokenizer.ggml.unknown_token_id', { type: 'u32', value: 0 }],
    ['tokenizer.ggml.bos_token_id', { type: 'u32', value: 1 }],
    ['tokenizer.ggml.eos_token_id', { type: 'u32', value: 2 }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
    ['tokenizer.chat_template', { type: 'string', value: CHAT_TEMPLATE }],
  ];
}

function tensors(seed: number, feedForward: number): GgufTensor[] {
  const random = randomFloats(seed);
  const vocabulary = tinyVocabulary();
  const matrix = (name: string, columns: number, rows: number): GgufTensor => ({
    name,
    shape: [columns, rows],
    data: random(columns * rows, 1 / Math.sqrt(columns)),
  });
  const ones = (name: string): GgufTensor => ({
    name,
    shape: [WIDTH],
    data: new Float32Array(WIDTH).fill(1),
  });
  const block = (layer: number): GgufTensor[] => [
    ones(`blk.${layer}.attn_norm.weight`),
    matrix(`blk.${layer}.attn_q.weight`, WIDTH, WIDTH),
    matrix(`blk.${layer}.attn_k.weight`, WIDTH, WIDTH),
    matrix(`blk.${layer}.attn_v.weight`, WIDTH, WIDTH),
    withoutBiasRow(matrix(`blk.${layer}.attn_output.weight`, WIDTH, WIDTH)),
    ones(`blk.${layer}.ffn_norm.weight`),
    matrix(`blk.${layer}.ffn_gate.weight`, WIDTH, feedForward),
    matrix(`blk.${layer}.ffn_up.weight`, WIDTH, feedForward),
    withoutBiasRow(matrix(`blk.${layer}.ffn_down.weight`, feedForward, WIDTH)),
  ];
  return [
    withBiasColumn(matrix('token_embd.weight', WIDTH, vocabulary.length), () => 4),
    ...Array.from({ length: LAYERS }, (_, layer) => block(layer)).flat(),
    ones('output_norm.weight'),
    withBiasColumn(matrix('output.weight', WIDTH, vocabulary.length), (row) => bias(vocabulary[row])),
  ];
}

// The first dimension is a constant through all layers: a bias that favors words over raw bytes.
function bias(token: VocabularyToken | undefined): number {
  return token?.speakable ? 8 : -8;
}

function withBiasColumn(tensor: GgufTensor, value: (row: number) => number): GgufTensor {
  for (let row = 0; row * WIDTH < tensor.data.length; row += 1) tensor.data[row * WIDTH] = value(row);
  return tensor;
}

function withoutBiasRow(tensor: GgufTensor): GgufTensor {
  tensor.data.fill(0, 0, tensor.shape[0]);
  return tensor;
}
