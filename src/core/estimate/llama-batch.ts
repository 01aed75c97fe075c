import type { CacheLoad } from './cache-load.ts';

type LlamaMemory = 'llama.cpp' | 'ollama';

/** llama.cpp rounds the tokens of a request and of a window up: src/llama-context.cpp, src/llama-kv-cache-iswa.cpp. */
const PADDING = 256;

/**
 * Returns the tokens that llama.cpp processes at once: 512 by default (`--ubatch-size`); Ollama chooses more for a long
 * context (0.32.15, server/sched.go, generationBatchForContext).
 */
export function llamaBatch(memory: LlamaMemory, { context, concurrency }: CacheLoad): number {
  if (memory === 'llama.cpp') return 512;
  const tokens = context * concurrency;
  if (tokens > 32_768) return 2048;
  return tokens > 4096 ? 1024 : 512;
}

/** Returns the tokens that a layer keeps of one request; `window` null: all of them. */
export function llamaCells(memory: LlamaMemory, load: CacheLoad, window: number | null): number {
  const context = padded(load.context);
  return window === null ? context : padded(Math.min(context, window + llamaBatch(memory, load)));
}

function padded(tokens: number): number {
  return Math.ceil(tokens / PADDING) * PADDING;
}
