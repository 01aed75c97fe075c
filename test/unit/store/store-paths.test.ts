import { expect, test } from 'vitest';
import { storePaths } from '../../../src/core/store/store-paths.ts';

test('[req R44] without variables the store is /models in its fixed shape', () => {
  expect(storePaths(null, {})).toEqual({
    root: '/models',
    hub: '/models/huggingface/hub',
    ollama: '/models/ollama',
    modelscope: '/models/modelscope',
    gguf: '/models/gguf',
    state: '/models/.rma',
  });
});

test('[req R44] each variable moves its part, and a flag wins over MODEL_CACHE_DIR', () => {
  expect(
    storePaths(null, {
      MODEL_CACHE_DIR: '/cache',
      HF_HOME: '/hf',
      OLLAMA_MODELS: '/oll',
      MODELSCOPE_CACHE: '/ms',
    }),
  ).toMatchObject({
    root: '/cache',
    hub: '/hf/hub',
    ollama: '/oll',
    modelscope: '/ms',
    gguf: '/cache/gguf',
  });
  expect(storePaths('/dest', { MODEL_CACHE_DIR: '/cache' }).root).toBe('/dest');
  expect(storePaths('/dest', {}).hub).toBe('/dest/huggingface/hub');
});

test('[req R44] HF_HUB_CACHE wins over HUGGINGFACE_HUB_CACHE, which wins over HF_HOME; empty ones count as unset', () => {
  const all = { HF_HUB_CACHE: '/a', HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c' };
  expect(storePaths(null, all).hub).toBe('/a');
  expect(storePaths(null, { ...all, HF_HUB_CACHE: '' }).hub).toBe('/b');
  expect(storePaths(null, { HF_HOME: '' }).hub).toBe('/models/huggingface/hub');
});
