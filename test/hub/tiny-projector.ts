import { encodeGguf, type GgufMetadata, type GgufTensor } from './gguf-file.ts';
import { randomFloats } from './random-floats.ts';

const LAYERS = 2;
const WIDTH = 32;
const HEADS = 2;
const FEED_FORWARD = 64;
const IMAGE = 28;
const PATCH = 14;
const PATCHES = (IMAGE / PATCH) ** 2;

/**
 * The second file of a llava model: a CLIP encoder for images of 28 pixels with random weights, and the projector to the
 * width of the language model (96 in `tinyGguf`). The same seed has the same bytes.
 */
export function tinyProjector({ seed = 1, projection = 96 } = {}): Uint8Array {
  return encodeGguf(metadata(projection), tensors(seed, projection));
}

function metadata(projection: number): GgufMetadata {
  return [
    ['general.architecture', { type: 'string', value: 'clip' }],
    ['general.name', { type: 'string', value: 'rma tiny projector' }],
    ['general.description', { type: 'string', value: 'image encoder for tests' }],
    ['general.file_type', { type: 'u32', value: 0 }],
    ['clip.has_text_encoder', { type: 'bool', value: false }],
    ['clip.has_vision_encoder', { type: 'bool', value: true }],
    ['clip.has_llava_projector', { type: 'bool', value: true }],
    ['clip.projector_type', { type: 'string', value: 'mlp' }],
    ['clip.use_gelu', { type: 'bool', value: false }],
    ['clip.vision.image_size', { type: 'u32', value: IMAGE }],
    ['clip.vision.patch_size', { type: 'u32', value: PATCH }],
    ['clip.vision.embedding_length', { type: 'u32', value: WIDTH }],
    ['clip.vision.feed_forward_length', { type: 'u32', value: FEED_FORWARD }],
    ['clip.vision.block_count', { type: 'u32', value: LAYERS }],
    ['clip.vision.attention.head_count', { type: 'u32', value: HEADS }],
    ['clip.vision.attention.layer_norm_epsilon', { type: 'f32', value: 1e-5 }],
    ['clip.vision.projection_dim', { type: 'u32', value: projection }],
    ['clip.vision.image_mean', { type: 'f32s', value: [0.5, 0.5, 0.5] }],
    ['clip.vision.image_std', { type: 'f32s', value: [0.25, 0.25, 0.25] }],
  ];
}

function tensors(seed: number, projection: number): GgufTensor[] {
  const random = randomFloats(seed);
  const tensor = (name: string, shape: readonly number[]): GgufTensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    return { name, shape, data: random(size, 1 / Math.sqrt(shape[0] ?? 1)) };
  };
  const linear = (name: string, columns: number, rows: number): GgufTensor[] => [
    tensor(`${name}.weight`, [columns, rows]),
    tensor(`${name}.bias`, [rows]),
  ];
  const norm = (name: string): GgufTensor[] => [
    { name: `${name}.weight`, shape: [WIDTH], data: new Float32Array(WIDTH).fill(1) },
    { name: `${name}.bias`, shape: [WIDTH], data: new Float32Array(WIDTH) },
  ];
  const block = (layer: number): GgufTensor[] => [
    ...['attn_q', 'attn_k', 'attn_v', 'attn_out'].flatMap((name) =>
      linear(`v.blk.${layer}.${name}`, WIDTH, WIDTH),
    ),
    ...norm(`v.blk.${layer}.ln1`),
    ...linear(`v.blk.${layer}.ffn_down`, WIDTH, FEED_FORWARD),
    ...linear(`v.blk.${layer}.ffn_up`, FEED_FORWARD, WIDTH),
    ...norm(`v.blk.${layer}.ln2`),
  ];
  return [
    tensor('v.class_embd', [WIDTH]),
    tensor('v.patch_embd.weight', [PATCH, PATCH, 3, WIDTH]),
    tensor('v.position_embd.weight', [WIDTH, PATCHES + 1]),
    ...norm('v.pre_ln'),
    ...Array.from({ length: LAYERS }, (_, layer) => block(layer)).flat(),
    ...linear('mm.0', WIDTH, projection),
    ...linear('mm.2', projection, projection),
  ];
}
