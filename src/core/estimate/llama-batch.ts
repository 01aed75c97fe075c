import type { CacheLoad } from './cache-load.ts';

/**
 * Returns the tokens that llama.cpp processes at once: 512 by default (`--ubatch-size`); Ollama chooses more for a long
 * context (0.32.15, server/sched.go, generationBatchForContext).
 */
export function llamaBatch(memory: 'llama.cpp' | 'ollama', { context, concurrency }: CacheLoad): number {
  if (memory === 'llama.cpp') return 512;
  const tokens = context * concurrency;
  if (tokens > 32_768) return 2048;
  return tokens > 4096 ? 1024 : 512;
}
