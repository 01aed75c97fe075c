/** How llama.cpp reads the layers of an architecture from a GGUF file. */
export interface GgufArchitecture {
  /** one of so many layers has full attention, the others a window, unless the file has a pattern */
  readonly period?: number;
  /** that layer is the first of them, not the last */
  readonly fullFirst?: true;
  /** window if the file has none, tokens; without it, no window in the file means full attention everywhere */
  readonly window?: number;
  /** window although the file has another, tokens */
  readonly fixedWindow?: number;
  /** windows only with so many layers */
  readonly onlyLayers?: number;
  /** layers that keep keys and values; the others reuse them */
  readonly ownLayers?: number;
  /** latent attention whose lengths are those before compression */
  readonly uncompressed?: true;
  /** one of so many layers has attention, the others a state, unless the file lists them */
  readonly interval?: number;
  /**
   * which layers have a state: all; those without key-value heads; those without heads and a feed-forward network; all,
   * next to attention
   */
  readonly state?: 'all' | 'no-heads' | 'nothing-else' | 'both';
}

/**
 * Architectures whose layers do not all have full attention, by `general.architecture`; each is read in the file of its
 * name in src/models of llama.cpp (b11669), the recurrent ones by llm_arch_is_recurrent and llm_arch_is_hybrid in
 * src/llama-arch.cpp. gptoss, olmo3 and glm4moelite are names of Ollama's own files, which it translates (Ollama 0.32.15,
 * llama/compat/README.md). A window of another architecture is ignored, as llama.cpp does (Phi-3, Mistral, Qwen 2).
 */
// biome-ignore format: one line per architecture
export const GGUF_ARCHITECTURES: Readonly<Record<string, GgufArchitecture>> = {
  afmoe: { period: 4 },
  cohere2: { period: 4 },
  cohere2moe: { period: 4, fullFirst: true },
  exaone4: { period: 4, window: 4096, onlyLayers: 64 },
  'exaone-moe': { period: 4, window: 128 },
  gemma2: { period: 2, window: 4096 },
  gemma3: { period: 6 },
  gemma3n: { period: 5, ownLayers: 20 },
  gemma4: {},
  glm4moelite: { uncompressed: true },
  'gpt-oss': { period: 2 },
  gptoss: { period: 2 },
  granite_swa: {},
  laguna: { period: 4, fullFirst: true },
  llama4: { period: 4, fixedWindow: 8192 },
  maple: {},
  mellum: { period: 4 },
  mimo2: {},
  olmo2: { period: 4 },
  olmo3: { period: 4 },
  plamo3: { period: 8 },
  smallthinker: { period: 4, fullFirst: true },
  spark2_5: {},
  step35: {},
  qwen3next: { interval: 4 },
  qwen35: { interval: 4 },
  qwen35moe: { interval: 4 },
  'minimax-01': { interval: 8 },
  mamba: { state: 'all' },
  mamba2: { state: 'all' },
  rwkv6: { state: 'all' },
  rwkv6qwen2: { state: 'all' },
  rwkv7: { state: 'all' },
  arwkv7: { state: 'all' },
  'falcon-h1': { state: 'both' },
  jamba: { state: 'no-heads' },
  plamo2: { state: 'no-heads' },
  granitehybrid: { state: 'no-heads' },
  lfm2: { state: 'no-heads' },
  lfm2moe: { state: 'no-heads' },
  nemotron_h: { state: 'nothing-else' },
  nemotron_h_moe: { state: 'nothing-else' },
  'kimi-linear': { state: 'no-heads' },
};
