/**
 * Encoders: they read a text at once and keep nothing. transformers: the classes with a masked-language head and no causal
 * one (models/auto/modeling_auto.py).
 */
const MODEL_TYPES: ReadonlySet<string> = new Set([
  'albert',
  'bert',
  'camembert',
  'convbert',
  'data2vec-text',
  'deberta',
  'deberta-v2',
  'distilbert',
  'electra',
  'ernie',
  'esm',
  'eurobert',
  'flaubert',
  'gte',
  'ibert',
  'jina_embeddings_v3',
  'luke',
  'megatron-bert',
  'mobilebert',
  'modernbert',
  'mpnet',
  'new',
  'nomic_bert',
  'roberta',
  'roberta-prelayernorm',
  'roformer',
  'squeezebert',
  'xlm-roberta',
  'xlm-roberta-xl',
  'xmod',
]);

/** llama.cpp, src/llama-model.cpp, create_memory: the architectures without memory. */
const GGUF_ARCHITECTURES: ReadonlySet<string> = new Set([
  'bert',
  'dream',
  'eurobert',
  'gemma-embedding',
  'jina-bert-v2',
  'jina-bert-v3',
  'llada',
  'llada-moe',
  'modern-bert',
  'neo-bert',
  'nomic-bert',
  'nomic-bert-moe',
  'rnd1',
]);

/** Whether a `model_type` of transformers is an encoder, or has a class of one among its architectures. */
export function isEncoderType(type: string | null): boolean {
  return type !== null && MODEL_TYPES.has(type);
}

/** Whether llama.cpp keeps no cache for this `general.architecture`. */
export function isEncoderGguf(architecture: string | null): boolean {
  return architecture !== null && GGUF_ARCHITECTURES.has(architecture);
}
