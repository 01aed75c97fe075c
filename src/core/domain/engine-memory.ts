/**
 * How an engine uses GPU memory. `full`: every layer keeps the keys and values of every token. `vllm`: blocks, compressed
 * latent attention, windows. `llama.cpp`: a window per request, buffers for a batch. `ollama`: the same with the batch
 * that Ollama chooses. `encoder`: no cache, one batch of activations.
 */
export type EngineMemory = (typeof ENGINE_MEMORY)[number];

export const ENGINE_MEMORY = ['full', 'vllm', 'llama.cpp', 'ollama', 'encoder'] as const;
