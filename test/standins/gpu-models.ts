import type { HubOptions } from '../hub/hub.ts';
import { tinyOllamaChat, tinyOllamaEmbedder, tinyOllamaVision } from '../hub/ollama/tiny-models.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';
import type { FileSpecs } from '../hub/repos.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';
import { tinySafetensors } from './tiny-safetensors.ts';

/** The values of the real model, which determine the cache size per token. */
const MISTRAL = {
  architectures: ['MistralForCausalLM'],
  model_type: 'mistral',
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  max_position_embeddings: 32_768,
  torch_dtype: 'bfloat16',
};
const MINI_LM = {
  architectures: ['BertModel'],
  model_type: 'bert',
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  max_position_embeddings: 512,
};

const repo = (config: object, more: FileSpecs = {}) => ({
  files: {
    'README.md': '---\nlicense: apache-2.0\n---\n',
    'config.json': JSON.stringify(config),
    'tokenizer.json': '{"version": "1.0"}',
    'tokenizer_config.json': '{}',
    'model.safetensors': tinySafetensors(),
    ...more,
  },
});

/** A model in the format of vLLM. */
export const mistralRepo = () => repo(MISTRAL);

/** All models of the profiles under their real names, except one missing in the registry, with tiny files. */
export function gpuModels(): HubOptions {
  return {
    repos: {
      ...quickstartRepos(),
      'mistralai/Mistral-7B-Instruct-v0.2': mistralRepo(),
      'TheBloke/Mistral-7B-Instruct-v0.2-GPTQ': repo({
        ...MISTRAL,
        quantization_config: { quant_method: 'gptq', bits: 4, group_size: 128 },
      }),
      'sentence-transformers/all-MiniLM-L6-v2': repo(MINI_LM, {
        'modules.json': '[]',
        '1_Pooling/config.json': '{"pooling_mode_mean_tokens": true}',
      }),
      'lmstudio-community/gemma-2-2b-it-GGUF': {
        files: { 'gemma-2-2b-it-Q4_K_M.gguf': tinyGguf({ seed: 1 }) },
      },
      'TheBloke/Llama-2-7B-Chat-GGUF': { files: { 'llama-2-7b-chat.Q4_K_M.gguf': tinyGguf({ seed: 2 }) } },
      'Qwen/Qwen3-8B': repo({ model_type: 'qwen3' }),
      'deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B': repo({ model_type: 'qwen2' }),
    },
    ollama: {
      'library/mistral:7b-instruct-v0.2-q4_K_M': tinyOllamaChat({ name: 'mistral' }),
      'library/llava:7b': tinyOllamaVision({ name: 'llava 7b' }),
      'library/llava:13b': tinyOllamaVision({ name: 'llava 13b' }),
      'library/llava:34b': tinyOllamaVision({ name: 'llava 34b' }),
      'library/nomic-embed-text:latest': tinyOllamaEmbedder(),
      'library/llama3.2:latest': tinyOllamaChat({ name: 'llama 3.2' }),
    },
  };
}

/**
 * The simulated memory of the models, in MiB: the weights for vLLM and text-embeddings-inference, which add cache and
 * overhead; the total for Ollama. With the cache of its profile, each uses slightly less than the catalog
 * specifies. (The headers of the real models specify more than the catalog; those of tiny files cannot.)
 */
export const PRETENDED_NEEDS: Readonly<Record<string, number>> = {
  'mistralai/Mistral-7B-Instruct-v0.2': 10_000,
  'TheBloke/Mistral-7B-Instruct-v0.2-GPTQ': 380,
  'sentence-transformers/all-MiniLM-L6-v2': 87,
  'mistral:7b-instruct-v0.2-q4_K_M': 5350,
  'llava:7b': 5600,
  'llava:13b': 11_300,
  'llava:34b': 20_600,
  'nomic-embed-text': 850,
  'llama3.2': 2900,
};
