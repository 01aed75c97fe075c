import type { PinnedModel } from '../domain/pinned-model.ts';

/** Where the store is mounted in every container. */
export const STORE_MOUNT = '/models';

/** Folder of a repository in a native Hugging Face hub cache, relative to the store. */
export function hfRepoFolder(repo: string): string {
  return `huggingface/hub/models--${repo.replaceAll('/', '--')}`;
}

/** Folder of a ModelScope repository, relative to the store. */
export function msRepoFolder(repo: string): string {
  return `modelscope/${repo}`;
}

/** Where an engine finds the model, relative to the store: the file when the model is a single one, else its folder. */
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
