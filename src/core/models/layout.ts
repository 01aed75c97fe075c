import type { PinnedModel } from '../model/pinned-model.ts';

/** Where the store is mounted in every container. */
export const STORE_MOUNT = '/models';

/** Folder of a repository in a native Hugging Face hub cache, relative to the store. */
export function hfRepoFolder(repo: string): string {
  return `huggingface/hub/models--${repo.replaceAll('/', '--')}`;
}

/** Where an engine finds the model, relative to the store: the file when the model is a single one, else its snapshot folder. */
export function engineSubpath(model: PinnedModel): string {
  const only = model.files.length === 1 ? model.files[0] : undefined;
  if (model.source === 'url') return `gguf/${model.set}/${only?.path ?? ''}`;
  const snapshot = `${hfRepoFolder(model.repo)}/snapshots/${model.commit}`;
  return only === undefined ? snapshot : `${snapshot}/${only.path}`;
}
