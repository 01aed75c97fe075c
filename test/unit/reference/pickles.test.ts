import { describe, expect, test } from 'vitest';
import { pickles } from '../../../src/core/reference/pickles.ts';

describe('[fail X7] pickles', () => {
  test.each([
    'pytorch_model.bin',
    'pytorch_model-00001-of-00002.bin',
    'PYTORCH_MODEL.BIN',
    'model.bin',
    'adapter_model.bin',
    '2_Dense/pytorch_model.bin',
    'consolidated.00.pth',
    'original/consolidated.00.pth',
    'v1-5-pruned.ckpt',
    'colbert_linear.pt',
    'tokenizer.pkl',
    'scaler.joblib',
    'weights.pickle',
  ])('%s is one', (path) => {
    expect(pickles(['config.json', path])).toEqual([path]);
  });

  test.each([
    'model.safetensors',
    'model-Q4_K_M.gguf',
    'pytorch_model.bin.index.json',
    'onnx/model.onnx',
    'tf_model.h5',
    'openvino/openvino_model.bin',
    'ggml-base.en.bin',
    'model.ckpt.index',
    // states of a training run: no engine loads them
    'training_args.bin',
    'checkpoint-500/optimizer.pt',
    'checkpoint-500/rng_state_0.pth',
    'random_states_0.pkl',
  ])('%s is none', (path) => {
    expect(pickles(['config.json', path])).toEqual([]);
  });

  test('the model of CTranslate2 is none, whose format has a vocabulary next to it', () => {
    expect(pickles(['config.json', 'model.bin', 'vocabulary.txt'])).toEqual([]);
    expect(pickles(['a/model.bin', 'vocabulary.txt'])).toEqual(['a/model.bin']);
  });
});
