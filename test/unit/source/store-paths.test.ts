import { expect, test } from 'vitest';
import { storePaths } from '../../../src/core/source/store-paths.ts';

test('[req R44] the default store is /models with fixed subdirectories', () => {
  expect(storePaths(null, {})).toEqual({
    root: '/models',
    state: '/models/.rma',
    sources: {
      docling: '/models/docling',
      hf: '/models/huggingface/hub',
      ollama: '/models/ollama',
      ms: '/models/modelscope',
      plain: '/models/local',
      url: '/models/gguf',
    },
  });
});

test('[req R44] each variable moves its directory, and --dest overrides MODEL_CACHE_DIR', () => {
  expect(
    storePaths(null, {
      MODEL_CACHE_DIR: '/cache',
      HF_HOME: '/hf',
      OLLAMA_MODELS: '/oll',
      MODELSCOPE_CACHE: '/ms',
    }),
  ).toMatchObject({
    root: '/cache',
    sources: { hf: '/hf/hub', ollama: '/oll', ms: '/ms', url: '/cache/gguf' },
  });
  expect(storePaths('/dest', { MODEL_CACHE_DIR: '/cache' }).root).toBe('/dest');
  expect(storePaths('/dest', {}).sources['hf']).toBe('/dest/huggingface/hub');
});

test('[req R44] HF_HUB_CACHE overrides HUGGINGFACE_HUB_CACHE, which overrides HF_HOME; empty values count as unset', () => {
  const all = { HF_HUB_CACHE: '/a', HUGGINGFACE_HUB_CACHE: '/b', HF_HOME: '/c' };
  expect(storePaths(null, all).sources['hf']).toBe('/a');
  expect(storePaths(null, { ...all, HF_HUB_CACHE: '' }).sources['hf']).toBe('/b');
  expect(storePaths(null, { HF_HOME: '' }).sources['hf']).toBe('/models/huggingface/hub');
});
