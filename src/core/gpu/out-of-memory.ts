import { type ErrorDocument, EXIT } from '../errors.ts';
import { shortened } from '../last-line.ts';

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

/** A service that ran out of GPU memory. */
interface Affected {
  readonly service: string;
  /** null: unknown here */
  readonly profile: string | null;
}

/** Returns the error for a service whose engine ran out of GPU memory. */
export function gpuMemoryError(found: OutOfMemory, affected: Affected): ErrorDocument {
  const { service } = affected;
  const line = shortened(found.line);
  return {
    code: 'RMA_ENGINE_GPU_MEMORY',
    message: `engine ${service} ran out of GPU memory; log line: ${line}`,
    hint: hintFor(found, affected),
    exitCode: EXIT.doesNotFit,
  };
}

function hintFor({ shortage }: OutOfMemory, { service, profile }: Affected): string {
  const name = profile ?? 'PROFILE';
  const set = (change: string): string => `in rma.yaml, set services: { ${service}: { ${change} } }`;
  const variant = `or choose a smaller variant: rma profiles show ${name}, rma up --variant ${name}=VARIANT`;
  const users = 'rma gpus lists what else uses the GPU';
  switch (shortage) {
    case 'cache':
      return `${set('context: 2048')}, or a larger utilization (0.9); ${variant}`;
    case 'occupied':
      return `${users}: stop it, or ${set('utilization: 0.7')}`;
    case 'share':
      return `${set('context: 2048, utilization: 0.7')}; ${variant}; ${users}`;
    case 'device':
      return `${set('context: 2048')}; ${variant}; ${users}`;
  }
}
