/**
 * What an engine lacked GPU memory for. `cache`: the KV cache of one request; `occupied`: other programs use the share that
 * vLLM should reserve; `share`: vLLM's own share of the GPU; `device`: the GPU.
 */
type MemoryShortage = 'cache' | 'occupied' | 'share' | 'device';

/** Where an engine reported it. */
export interface OutOfMemory {
  readonly shortage: MemoryShortage;
  /** the line of its log or its error message */
  readonly line: string;
}

/** Messages of vLLM 0.8 to 0.27 (vllm/v1/core/kv_cache_utils.py, vllm/v1/worker/gpu_worker.py), PyTorch, ggml and candle. */
const MESSAGES: readonly (readonly [pattern: RegExp, shortage: MemoryShortage])[] = [
  [/No available memory for the cache blocks/, 'cache'],
  [/KV cache is needed, which is larger than the available KV cache memory/, 'cache'],
  [/is larger than the maximum number of tokens that can be stored in KV cache/, 'cache'],
  [/Free memory on device.* is less than desired GPU memory utilization/, 'occupied'],
  [/\b(?:CUDA|HIP) out of memory\. Tried to allocate/, 'share'],
  [/(?:cudaMalloc failed|CUDA error): out of memory/, 'device'],
  [/\bCUDA_ERROR_OUT_OF_MEMORY\b/, 'device'],
  [/(?:unable|failed) to allocate (?:CUDA|ROCm)\d+ buffer/, 'device'],
];

/** What vLLM, llama-server and text-embeddings-inference write once they serve: what failed before was overcome. */
const SERVING = [
  /\bApplication startup complete\b/,
  /\bserver is listening on\b/,
  /text_embeddings_router.*\bReady\s*$/,
];

/** Returns the last of these lines that reports too little GPU memory; null if none does, or the engine served afterwards. */
export function outOfGpuMemory(lines: readonly string[]): OutOfMemory | null {
  for (const line of lines.toReversed()) {
    const shortage = MESSAGES.find(([pattern]) => pattern.test(line))?.[1];
    if (SERVING.some((pattern) => pattern.test(line))) return null;
    if (shortage !== undefined) return { shortage, line: line.trim() };
  }
  return null;
}
