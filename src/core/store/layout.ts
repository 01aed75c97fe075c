import type { PinnedModel } from '../domain/pinned-model.ts';

/** Mount point of the store in every container. */
export const STORE_MOUNT = '/models';

/** Returns the directory of a repository in the native Hugging Face hub cache, relative to the store. */
export function hfRepoFolder(repo: string): string {
  return `huggingface/hub/models--${repo.replaceAll('/', '--')}`;
}

/** Returns the directory of a ModelScope repository, relative to the store. */
export function msRepoFolder(repo: string): string {
  return `modelscope/${repo}`;
}

/** Returns the path of a model for engines, relative to the store: the file if it has only one, else its directory. */
export function engineSubpath(model: PinnedModel): string {
  const only = model.files.length === 1 ? model.files[0] : undefined;
  const inside = (folder: string) => (only === undefined ? folder : `${folder}/${only.path}`);
  switch (model.source) {
    case 'url':
      return `gguf/${model.set}/${only?.path ?? ''}`;
    case 'hf':
      return inside(`${hfRepoFolder(model.repo)}/snapshots/${model.commit}`);
    case 'ms':
      return inside(msRepoFolder(model.repo));
    case 'ollama':
      return 'ollama';
  }
}
