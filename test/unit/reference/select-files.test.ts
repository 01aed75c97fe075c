import { expect, test } from 'vitest';
import { nearestPaths, selectFiles } from '../../../src/core/reference/select-files.ts';

const listing = (...paths: string[]) => paths.map((path) => ({ path }));
const names = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path);

test('without a pattern, skips other weight formats next to safetensors', () => {
  const all = listing(
    'config.json',
    'model.safetensors',
    'model.safetensors.index.json',
    'pytorch_model.bin',
    'pytorch_model.bin.index.json',
    'tf_model.h5',
    'flax_model.msgpack',
    'onnx/model.onnx',
    'openvino/openvino_model.xml',
    'rust_model.ot',
    'tokenizer.json',
    'modeling.py',
  );
  const { files, complete } = selectFiles(all, null);
  expect(names(files)).toEqual([
    'config.json',
    'model.safetensors',
    'model.safetensors.index.json',
    'tokenizer.json',
    'modeling.py',
  ]);
  expect(complete).toBe(false);
});

test('without safetensors, selects every format and is complete', () => {
  const all = listing('config.json', 'pytorch_model.bin', 'model.onnx');
  expect(selectFiles(all, null)).toEqual({ files: all, complete: true });
});

test('a pattern overrides the default selection', () => {
  const all = listing('a.gguf', 'b.gguf', 'model.safetensors', 'pytorch_model.bin');
  expect(selectFiles(all, 'pytorch*').files).toEqual(listing('pytorch_model.bin'));
  expect(selectFiles(all, '*')).toEqual({ files: all, complete: true });
  expect(selectFiles(all, 'x*')).toEqual({ files: [], complete: false });
});

test('finds the nearest names', () => {
  const paths = ['README.md', 'model-q4_k_m.gguf', 'model-q8_0.gguf', 'config.json'];
  expect(nearestPaths(paths, 'model-q4_0.gguf', 2).toSorted()).toEqual([
    'model-q4_k_m.gguf',
    'model-q8_0.gguf',
  ]);
});
