import { describe, expect, it } from 'vitest';
import type { CachedLayers } from '../../../src/core/domain/geometry.ts';
import { cacheBytes } from '../../../src/core/estimate/cache-bytes.ts';

/** Keys and values of 8 heads with 128 elements. */
const KV = 2048;

const full = (layers: number, elements = KV): CachedLayers => ({ kind: 'full', layers, elements });
const window = (layers: number, size: number, elements = KV): CachedLayers => ({
  kind: 'window',
  layers,
  elements,
  window: size,
});
const state = (layers: number, bytes: number): CachedLayers => ({ kind: 'state', layers, bytes });

describe('the cache of an engine', () => {
  const GEMMA = [window(52, 1024), full(10)];

  it('[case N04] of llama.cpp holds the window and one batch per request', () => {
    const load = { context: 32_768, concurrency: 4 };
    expect(cacheBytes(GEMMA, 'llama.cpp', load)).toBe((52 * 1536 + 10 * 32_768) * KV * 2 * 4);
    // never more than the context, in steps of 256 tokens
    expect(cacheBytes(GEMMA, 'llama.cpp', { context: 1000, concurrency: 1 })).toBe(62 * 1024 * KV * 2);
  });

  it('[case N04] of Ollama has its larger batches for a long context', () => {
    expect(cacheBytes(GEMMA, 'ollama', { context: 32_768, concurrency: 1 })).toBe(
      (52 * 2048 + 10 * 32_768) * KV * 2,
    );
    expect(cacheBytes(GEMMA, 'ollama', { context: 65_536, concurrency: 1 })).toBe(
      (52 * 3072 + 10 * 65_536) * KV * 2,
    );
  });

  it('[case N04] of vLLM holds windows, the tokens in flight once, and unused places of its groups', () => {
    // groups of 10 layers: 52 need 60 places; 65 blocks of each window, and 1024 in flight
    const windows = 60 * (8 * 65 + 1024) * 16;
    expect(cacheBytes(GEMMA, 'vllm', { context: 32_768, concurrency: 8 })).toBe(
      (windows + 10 * 32_768 * 8) * KV * 2,
    );
  });

  it('[case N04] of vLLM has pages that are as large as a state', () => {
    // 2,146,304 bytes need 1,056 tokens of 2,048 bytes; 36 layers are 3 groups of 12
    const layers = [state(36, 2_146_304), full(12, 1024)];
    const page = 1056 * 2048;
    const blocks = Math.ceil(32_768 / 1056);
    expect(cacheBytes(layers, 'vllm', { context: 32_768, concurrency: 2 })).toBe(
      (12 * blocks + 36) * page * 2,
    );
  });

  it('[case N04] of an engine without windows holds the whole context', () => {
    expect(cacheBytes(GEMMA, 'full', { context: 32_768, concurrency: 2 })).toBe(62 * 32_768 * 2 * KV * 2);
  });

  it.each(['vllm', 'llama.cpp', 'ollama', 'full'] as const)('of %s has a state per request', (memory) => {
    expect(cacheBytes([state(64, 500)], memory, { context: 99_999, concurrency: 3 })).toBe(64 * 500 * 3);
  });
});
