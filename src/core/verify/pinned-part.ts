import type { InventoryModel } from '../domain/inventory.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { keyedRef } from '../inventory/needed-by.ts';
import type { OllamaRef } from '../source/ollama-reference.ts';
import type { RepositoryRef } from '../source/repository.ts';
import { sourceOf } from '../source/sources.ts';
import { ollamaPlace, unsizedUrlModel } from '../source/stored-models.ts';
import type { UrlRef } from '../source/url-reference.ts';
import { layoutOf } from './layout-of.ts';

/**
 * Returns a stored model with one of its files only, for a download of that file; null if its source is unknown.
 * @param manifest text of the manifest of an Ollama model
 */
export function pinnedPart(
  model: InventoryModel,
  file: PinnedFile,
  manifest: string | null,
): PinnedModel | null {
  const refs = model.references.flatMap((text) => keyedRef(text)?.ref ?? []);
  const ref = refs.find(({ revision }) => model.commit !== null && revision === model.commit) ?? refs[0];
  if (ref === undefined || ref.source !== model.source) return null;
  const { source } = ref;
  const layout = layoutOf(model);
  if (layout === 'ollama' && manifest === null) return null;
  if (layout === 'ollama')
    return { source, ref: textOf(ref), ...ollamaPlace(ref as OllamaRef), manifest, files: [file] };
  if (layout === 'flat') {
    const whole = unsizedUrlModel(ref as UrlRef);
    return { ...whole, files: whole.files.map((each) => (each.path === file.path ? file : each)) };
  }
  const { repo, revision } = ref as RepositoryRef;
  const commit = model.commit === null ? {} : { commit: model.commit };
  return { source, ref: textOf(ref), repo, revision, ...commit, complete: false, files: [file] };
}

function textOf(ref: ModelRef): string {
  return sourceOf(ref).format(ref);
}
