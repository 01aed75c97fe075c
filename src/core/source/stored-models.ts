import type { PinnedFile } from '../domain/pinned-model.ts';
import { ollama, type PinnedOllamaModel } from './ollama.ts';
import { blobFiles, parseManifest } from './ollama-manifest.ts';
import type { OllamaRef } from './ollama-reference.ts';
import type { PinnedRepository, RepositoryRef } from './repository.ts';
import { selectRepository } from './select-repository.ts';
import { sourceOf } from './sources.ts';
import { decides } from './stored-listing.ts';
import { type PinnedUrlModel, unsizedUrlModel } from './url.ts';
import type { UrlRef } from './url-reference.ts';

/** Returns the model of a manifest in a store; null if it has no weights. @throws RmaError RMA_HUB_BAD_ANSWER (1) */
export function storedOllamaModel(ref: OllamaRef, manifest: string): PinnedOllamaModel | null {
  const subject = ollama.format(ref);
  const parsed = parseManifest(manifest, subject);
  if (!parsed.layers.some(({ kind }) => kind === 'model')) return null;
  return ollama.part(ref, { files: blobFiles(parsed, subject), commit: null, manifest });
}

/** Returns the model of a direct URL with the files that a store verified; null if one is missing or has another hash. */
export function storedUrlModel(ref: UrlRef, verified: readonly PinnedFile[]): PinnedUrlModel | null {
  const model = unsizedUrlModel(ref);
  const files = model.files.flatMap(({ path, digest }) => {
    const found = verified.find((file) => file.path === path);
    return found === undefined || (digest !== null && digest.hex !== found.digest?.hex) ? [] : [found];
  });
  return files.length === model.files.length ? { ...model, files } : null;
}

/**
 * Returns what a reference selects of the verified files of a plain directory, which may be a part of the repository; null
 * if they do not decide that. @throws RmaError as `selectRepository`
 */
export function storedTreeModel(
  ref: RepositoryRef,
  verified: readonly PinnedFile[],
): PinnedRepository | null {
  if (verified.length === 0 || !decides({ files: verified, whole: false }, ref)) return null;
  const { entries: files, fields } = selectRepository(ref, verified);
  const model = sourceOf(ref).part(ref, { files, commit: ref.revision, manifest: null });
  return model === null ? null : ({ ...model, ...fields, complete: false } as PinnedRepository);
}
