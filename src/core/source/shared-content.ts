import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { layoutOf, sourceOf } from './sources.ts';

/** Files of a model. */
export interface ModelFiles {
  readonly model: PinnedModel;
  readonly files: readonly PinnedFile[];
}

/** Returns the size of what a sum over the models counts more than once. */
export function repeatedBytes(models: readonly ModelFiles[]): number {
  return models.reduce((sum, each) => sum + bytesInStore([each]), 0) - bytesInStore(models);
}

/** Returns the size of files of several models in a store; content that they share there is counted once. */
function bytesInStore(models: readonly ModelFiles[]): number {
  const contents = new Map(
    models.flatMap(({ model, files }) => files.map((file) => [contentKey(model, file), file.bytes] as const)),
  );
  return [...contents.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Shared content for which a download waits, bytes: less is downloaded sooner than another one ends. */
export const WAIT_BYTES = 1024 * 1024;

/** Returns the names of large content that models under other leases share in the store, sorted: all models of an Ollama store share their blobs. */
export function sharedContents({ model, files }: ModelFiles): readonly string[] {
  if (layoutOf(model) !== 'ollama') return [];
  const large = files.filter(({ bytes }) => bytes >= WAIT_BYTES);
  return [...new Set(large.flatMap(({ digest }) => digest?.hex ?? []))]
    .sort()
    .map((hex) => `${model.source}-content-${hex}`);
}

/** Returns a text that is equal for files with one place in a store: all models of an Ollama store share their blobs, the commits of a repository theirs, and docling's models their directories. */
function contentKey(model: PinnedModel, { path, digest }: PinnedFile): string {
  const layout = layoutOf(model);
  const { receipt, lease } = sourceOf(model).store;
  if (digest !== null && layout === 'ollama') return `${model.source} ${digest.hex}`;
  if (digest !== null && layout === 'docling') return `${lease(model)} ${path} ${digest.hex}`;
  if (digest !== null && layout === 'hf-cache') return `${lease(model)} ${digest.hex}`;
  return `${receipt(model)} ${path}`;
}
