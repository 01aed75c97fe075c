import { join } from 'node:path/posix';
import { STORE_MOUNT } from './layout.ts';

/** Absolute paths of the parts of the store. */
export interface StorePaths {
  readonly root: string;
  /** native Hugging Face hub cache, contains `models--org--name` */
  readonly hub: string;
  /** native Ollama store, contains `manifests` and `blobs` */
  readonly ollama: string;
  /** ModelScope models as plain directories, contains `org/name` */
  readonly modelscope: string;
  /** contains one directory per set */
  readonly gguf: string;
  /** rma's own records */
  readonly state: string;
}

/** The variables that set the paths of the store, with the names that engines use. */
export interface StoreEnvironment {
  readonly MODEL_CACHE_DIR?: string | undefined;
  readonly HF_HOME?: string | undefined;
  readonly HF_HUB_CACHE?: string | undefined;
  readonly HUGGINGFACE_HUB_CACHE?: string | undefined;
  readonly OLLAMA_MODELS?: string | undefined;
  readonly MODELSCOPE_CACHE?: string | undefined;
}

/**
 * Returns the directories of the store. `root` (a flag) overrides MODEL_CACHE_DIR and, without an environment, every other
 * variable; HF_HUB_CACHE overrides HUGGINGFACE_HUB_CACHE, which overrides HF_HOME.
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
