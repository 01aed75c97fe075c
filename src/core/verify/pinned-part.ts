import type { InventoryModel } from '../domain/inventory.ts';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { keyedRef } from '../inventory/needed-by.ts';
import type { StoredPart } from '../source/source.ts';
import { sourceOf } from '../source/sources.ts';

/**
 * Returns a stored model with one of its files only, for a download of that file; null if its source is unknown.
 */
export function pinnedPart(
  model: InventoryModel,
  file: PinnedFile,
  stored: Pick<StoredPart, 'manifest' | 'recorded'>,
): PinnedModel | null {
  const refs = model.references.flatMap((text) => keyedRef(text)?.ref ?? []);
  const ref = refs.find(({ revision }) => model.commit !== null && revision === model.commit) ?? refs[0];
  if (ref === undefined || ref.source !== model.source) return null;
  return sourceOf(ref).part(ref, { ...stored, files: [file], commit: model.commit });
}
