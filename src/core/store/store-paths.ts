import { join } from 'node:path/posix';
import { STORE_MOUNT } from './layout.ts';

/** Where the parts of the store are; absolute paths. */
export interface StorePaths {
  readonly root: string;
  /** native Hugging Face hub cache: holds `models--org--name` */
  readonly hub: string;
  /** native Ollama store: holds `manifests` and `blobs` */
  readonly ollama: string;
  /** ModelScope models as plain directories: holds `org/name` */
  readonly modelscope: string;
  /** holds one folder per set */
  readonly gguf: string;
  /** rma's own records */
  readonly state: string;
}

/** The variables that move parts of the store (the names the engines know). */
export interface StoreEnvironment {
  readonly MODEL_CACHE_DIR?: string | undefined;
  readonly HF_HOME?: string | undefined;
  readonly HF_HUB_CACHE?: string | undefined;
  readonly HUGGINGFACE_HUB_CACHE?: string | undefined;
  readonly OLLAMA_MODELS?: string | undefined;
  readonly MODELSCOPE_CACHE?: string | undefined;
}

/**
 * The store's folders. `root` (a flag) wins over MODEL_CACHE_DIR and, given without an environment, over every other
 * variable; HF_HUB_CACHE wins over HUGGINGFACE_HUB_CACHE over HF_HOME.
 */
export function storePaths(root: string | null, env: StoreEnvironment): StorePaths {
  const base = root ?? given(env.MODEL_CACHE_DIR) ?? STORE_MOUNT;
  const home = given(env.HF_HOME) ?? join(base, 'huggingface');
  return {
    root: base,
    hub: given(env.HF_HUB_CACHE) ?? given(env.HUGGINGFACE_HUB_CACHE) ?? join(home, 'hub'),
    ollama: given(env.OLLAMA_MODELS) ?? join(base, 'ollama'),
    modelscope: given(env.MODELSCOPE_CACHE) ?? join(base, 'modelscope'),
    gguf: join(base, 'gguf'),
    state: join(base, '.rma'),
  };
}

function given(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
