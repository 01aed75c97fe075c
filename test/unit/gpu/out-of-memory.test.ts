import { describe, expect, it } from 'vitest';
import { gpuMemoryError, UNKNOWN_LIMITS } from '../../../src/core/gpu/gpu-memory-error.ts';
import { outOfGpuMemory } from '../../../src/core/gpu/out-of-memory.ts';

/** Lines of logs as the engines write them. */
const LOGS: readonly (readonly [name: string, log: string, shortage: string, hint: string])[] = [
  [
    'vLLM on a GPU that others use',
    `(EngineCore_DP0 pid=91) ERROR 11-29 10:12:13 [core.py:708] EngineCore failed to start.
(EngineCore_DP0 pid=91) ERROR 11-29 10:12:13 [core.py:708] ValueError: Free memory on device cuda:0 (7.34/15.49 GiB) on startup is less than desired GPU memory utilization (0.8, 12.39 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.
RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`,
    'occupied',
    'utilization: 0.47',
  ],
  [
    'vLLM without room for a cache',
    'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    'cache',
    'larger utilization',
  ],
  [
    'vLLM without room for one request',
    "ValueError: To serve at least one request with the models's max seq len (32768), (4.00 GiB KV cache is needed, which is larger than the available KV cache memory (1.27 GiB). Based on the available memory, the estimated maximum model length is 10400. Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
    'cache',
    'context: 2048',
  ],
  [
    'an older vLLM without room for one request',
    "ValueError: The model's max seq len (32768) is larger than the maximum number of tokens that can be stored in KV cache (10400). Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
    'cache',
    'context: 2048',
  ],
  [
    'PyTorch',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 448.00 MiB. GPU 0 has a total capacity of 23.64 GiB of which 381.81 MiB is free. Process 4077 has 23.25 GiB memory in use.',
    'share',
    'utilization: 0.7',
  ],
  [
    'llama.cpp',
    `load_tensors: loading model tensors, this can take a while... (mmap = true)
ggml_backend_cuda_buffer_type_alloc_buffer: allocating 35533.34 MiB on device 0: cudaMalloc failed: out of memory
alloc_tensor_range: failed to allocate CUDA0 buffer of size 37259411456
llama_model_load: error loading model: unable to allocate CUDA0 buffer
llama_model_load_from_file_impl: failed to load model`,
    'device',
    'context: 2048',
  ],
  ['Ollama', 'llama runner process has terminated: cudaMalloc failed: out of memory', 'device', 'rma gpus'],
  ['CUDA', 'CUDA error: out of memory', 'device', 'rma up --variant vllm=VARIANT'],
  [
    'text-embeddings-inference',
    'Error: Could not start backend: DriverError(CUDA_ERROR_OUT_OF_MEMORY, "out of memory")',
    'device',
    'smaller variant',
  ],
];

describe('the log of an engine without enough GPU memory', () => {
  it.each(LOGS)(
    '[req R72] of %s is recognized, and the hint names the setting',
    (...[, log, shortage, hint]) => {
      const found = outOfGpuMemory(log.split('\n'));
      expect(found).toMatchObject({ shortage });
      expect(
        found === null
          ? null
          : gpuMemoryError(found, { service: 'vllm-vllm', profile: 'vllm', limits: UNKNOWN_LIMITS }),
      ).toMatchObject({
        code: 'RMA_ENGINE_GPU_MEMORY',
        exitCode: 5,
        message: expect.stringMatching(/^engine vllm-vllm ran out of GPU memory; log line: \S/),
        hint: expect.stringContaining(hint),
      });
    },
  );

  const OCCUPIED = (gib: string) =>
    `ValueError: Free memory on device cuda:0 (${gib} GiB) on startup is less than desired GPU memory utilization (0.35, 5.42 GiB).`;
  const CACHE = 'ValueError: No available memory for the cache blocks.';
  const SHARE = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 448.00 MiB.';
  const VARIANT = 'choose a smaller variant: rma profiles show vllm, rma up --variant vllm=VARIANT';
  const USERS = 'rma gpus lists what else uses the GPU';
  const set = (text: string) => `in rma.yaml, set services: { vllm-vllm: { ${text} } }`;
  it.each([
    [CACHE, 2048, 0.35, `${set('context: 1024')}, or a larger utilization (0.9); or ${VARIANT}`],
    [CACHE, 2048, 0.9, `${set('context: 1024')}; or ${VARIANT}`],
    [CACHE, 512, 0.35, `${set('utilization: 0.9')}; or ${VARIANT}`],
    [CACHE, 512, 0.95, VARIANT],
    [SHARE, 32_768, 0.8, `${set('context: 2048, utilization: 0.7')}; or ${VARIANT}; ${USERS}`],
    [SHARE, 2048, 0.45, `${set('context: 1024, utilization: 0.35')}; or ${VARIANT}; ${USERS}`],
    [SHARE, 512, 0.1, `${VARIANT}; ${USERS}`],
    ['CUDA error: out of memory', 1024, null, `${set('context: 512')}; or ${VARIANT}; ${USERS}`],
    [OCCUPIED('5.00/15.49'), 2048, 0.35, `${USERS}: stop it, or ${set('utilization: 0.32')}`],
    [OCCUPIED('0.20/15.49'), 2048, 0.35, `${USERS}: stop it`],
  ])('[req R72] "%s" with context %s and utilization %s has a hint that lowers the need', (...row) => {
    const [line, context, utilization, hint] = row;
    const found = outOfGpuMemory([line]);
    const affected = { service: 'vllm-vllm', profile: 'vllm', limits: { context, utilization } };
    expect(found && gpuMemoryError(found, affected).hint).toBe(hint);
  });

  it.each([
    'main: server is listening on http://0.0.0.0:8080 - starting the main loop',
    '(APIServer pid=1) INFO:     Application startup complete.',
    '2026-11-29T10:12:13.000000Z  INFO text_embeddings_router: router/src/lib.rs:305: Ready',
  ])('is not reported for an error that the engine overcame: %s', (serving) => {
    const failed = 'cudaMalloc failed: out of memory';
    expect(outOfGpuMemory([failed, 'retrying', serving, 'error: unknown argument: --foo'])).toBeNull();
    expect(outOfGpuMemory([serving, failed, 'Aborted'])).toMatchObject({ shortage: 'device' });
  });

  it.each([
    'Out of memory: Killed process 4077 (python3)',
    'model requires more system memory (5.5 GiB) than is available (4.0 GiB)',
    'INFO GPU KV cache size: 10,944 tokens',
    'Available KV cache memory: 0.65 GiB',
    '',
  ])('is not confused with: %s', (line) => {
    expect(outOfGpuMemory([line])).toBeNull();
  });
});
