import { describe, expect, test } from 'vitest';
import { weightCopies } from '../../../src/core/reference/weight-copies.ts';

const kept = (...paths: string[]) => {
  const copies = weightCopies(paths);
  return paths.filter((path) => !copies.has(path));
};
const left = (...paths: string[]) => [...weightCopies(paths)];

describe('[case F02] weights without a safetensors twin are kept', () => {
  test.each([
    ['another directory', ['model.safetensors', '2_Dense/pytorch_model.bin']],
    [
      'another directory, the other way round',
      ['0_Transformer/pytorch_model.bin', '1_Dense/model.safetensors'],
    ],
    ['an adapter beside the model', ['adapter_model.safetensors', 'pytorch_model.bin']],
    ['a model beside an adapter', ['model.safetensors', 'adapter_model.bin']],
    ['a head of its own', ['model.safetensors', 'colbert_linear.pt', 'sparse_linear.pt']],
    ['a variant that only one format has', ['model.fp16.safetensors', 'pytorch_model.bin']],
    ['diffusers components', ['unet/diffusion_pytorch_model.safetensors', 'vae/diffusion_pytorch_model.bin']],
    ['another checkpoint', ['v1-5-pruned.safetensors', 'v1-5-pruned-emaonly.ckpt']],
    [
      'parts of another component',
      ['model.safetensors', 'reranker-00001-of-00002.bin', 'reranker-00002-of-00002.bin'],
    ],
    ['no safetensors', ['pytorch_model.bin', 'onnx/model.onnx', 'optimizer.pt']],
    ['exports of an adapter', ['adapter_model.safetensors', 'onnx/model.onnx', 'model-Q4_K_M.gguf']],
  ])('%s', (_, paths) => {
    expect(left(...paths)).toEqual([]);
  });
});

describe('[case F02] weights with a safetensors twin are left out', () => {
  test.each([
    ['pytorch_model.bin', 'model.safetensors'],
    ['pytorch_model-00001-of-00002.bin', 'model.safetensors'],
    ['pytorch_model.bin', 'model-00001-of-00002.safetensors'],
    ['pytorch_model.bin.index.json', 'model-00001-of-00002.safetensors'],
    ['pytorch_model.fp16.bin', 'model.fp16.safetensors'],
    ['tf_model.h5', 'model.safetensors'],
    ['flax_model.msgpack', 'model.safetensors'],
    ['rust_model.ot', 'model.safetensors'],
    ['adapter_model.bin', 'adapter_model.safetensors'],
    ['unet/diffusion_flax_model.msgpack', 'unet/diffusion_pytorch_model.safetensors'],
    ['v1-5-pruned.ckpt', 'v1-5-pruned.safetensors'],
    ['2_Dense/pytorch_model.bin', '2_Dense/model.safetensors'],
    ['PYTORCH_MODEL.BIN', 'model.safetensors'],
    ['optimizer.pt', 'model.safetensors'],
    ['onnx/decoder_model_merged_q4.onnx', 'model.safetensors'],
    ['onnx/model.onnx_data_1', 'model.safetensors'],
    ['openvino/openvino_model.bin', 'model.safetensors'],
    ['coreml/fp16.mlpackage/Data/weights/weight.bin', 'model.safetensors'],
    ['a/onnx/model.onnx', 'a/model.safetensors'],
    ['model-Q4_K_M.gguf', 'model-00001-of-00002.safetensors'],
  ])('%s next to %s', (copy, twin) => {
    expect(left(copy, twin, 'config.json')).toEqual([copy]);
  });
});

describe('[case F16] the release before the conversion is left out', () => {
  test('consolidated weights next to sharded ones', () => {
    expect(
      kept(
        'consolidated.safetensors',
        'consolidated-00001-of-00002.safetensors',
        'consolidated.safetensors.index.json',
        'consolidated.00.pth',
        'model-00001-of-00002.safetensors',
        'model-00002-of-00002.safetensors',
        'model.safetensors.index.json',
        'params.json',
      ),
    ).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'params.json',
    ]);
  });

  test('the directory original/ of Llama, also next to PyTorch weights', () => {
    const original = ['original/consolidated.00.pth', 'original/params.json', 'original/tokenizer.model'];
    expect(left(...original, 'model-00001-of-00002.safetensors')).toEqual(original);
    expect(left(...original, 'pytorch_model-00001-of-00002.bin')).toEqual(original);
    expect(left(...original.map((path) => `8b/${path}`), '8b/model.safetensors')).toHaveLength(3);
  });

  test('gpt-oss: original/ and metal/', () => {
    const copies = ['metal/model.bin', 'original/dtypes.json', 'original/model-00001-of-00002.safetensors'];
    expect(left(...copies, 'model-00000-of-00002.safetensors')).toEqual(copies);
  });

  test.each([
    ['the only weights', ['consolidated.safetensors', 'params.json', 'tekken.json']],
    ['the only weights, in PyTorch format', ['consolidated.00.pth', 'consolidated.01.pth']],
    ['beside another component', ['consolidated.safetensors', 'adapter_model.safetensors']],
    ['in another directory', ['a/consolidated.safetensors', 'b/model.safetensors']],
    ['original/ without the converted weights', ['original/consolidated.00.pth', 'README.md']],
    ['original/ without weights', ['original/notes.txt', 'model.safetensors']],
    ['a name that only contains the word', ['my-original/model.bin', 'model.safetensors']],
  ])('but kept if %s', (_, paths) => {
    expect(left(...paths)).toEqual([]);
  });
});
