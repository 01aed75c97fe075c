import type { PinnedFile } from '../domain/pinned-model.ts';
import { ollama, type PinnedOllamaModel } from './ollama.ts';
import { blobFiles, parseManifest } from './ollama-manifest.ts';
import { OLLAMA_REGISTRY, type OllamaRef } from './ollama-reference.ts';
import type { PinnedRepository, RepositoryRef } from './repository.ts';
import { selectRepository } from './select-repository.ts';
import { sourceOf } from './sources.ts';
import { decides } from './stored-listing.ts';
import { type PinnedUrlModel, url } from './url.ts';
import { type UrlRef, urlFiles } from './url-reference.ts';

/** Returns the name of an Ollama model in a store. */
export function ollamaPlace({
  registry,
  namespace,
  model,
  tag,
}: OllamaRef): Pick<PinnedOllamaModel, 'registry' | 'namespace' | 'model' | 'tag'> {
  return { registry: registry ?? OLLAMA_REGISTRY, namespace, model, tag };
}

/** Returns the model of a manifest in a store; null if it has no weights. @throws RmaError RMA_HUB_BAD_ANSWER (1) */
export function storedOllamaModel(ref: OllamaRef, manifest: string): PinnedOllamaModel | null {
  const subject = ollama.format(ref);
  const parsed = parseManifest(manifest, subject);
  if (!parsed.layers.some(({ kind }) => kind === 'model')) return null;
  return {
    source: 'ollama',
    ref: subject,
    ...ollamaPlace(ref),
    manifest,
    files: blobFiles(parsed, subject),
  };
}

/** Returns the model of a direct URL without the sizes and hashes of its files. */
export function unsizedUrlModel(ref: UrlRef): PinnedUrlModel {
  const parts = urlFiles(ref);
  return {
    source: 'url',
    ref: url.format(ref),
    url: parts[0]?.url ?? ref.url,
    set: ref.set,
    files: parts.map(({ path, sha256: hex }) => ({
      path,
      bytes: 0,
      digest: hex === null ? null : { algorithm: 'sha256', hex },
    })),
  };
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
  const { repo, revision } = ref;
  const model = { source: ref.source, ref: sourceOf(ref).format(ref), repo, revision };
  const commit = sourceOf(ref).variantOf === undefined ? {} : { commit: revision };
  return { ...model, ...commit, ...fields, complete: false, files };
}
