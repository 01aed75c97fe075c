import type { ImportModel } from '../domain/import.ts';
import { RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';

/**
 * Returns the models that references mean, in their order; all without references.
 * @throws RmaError RMA_MODEL_NOT_FOUND (1), RMA_MODEL_REF_* (2)
 */
export function selectModels(
  models: readonly ImportModel[],
  refs: readonly string[],
): readonly ImportModel[] {
  if (refs.length === 0) return models;
  const byKey = new Map(models.map((found) => [keyOf(found.model.ref), found]));
  return refs.map((ref) => {
    const found = byKey.get(keyOf(ref));
    if (found !== undefined) return found;
    const others = models.map(({ model }) => model.ref).slice(0, 3);
    throw new RmaError('RMA_MODEL_NOT_FOUND', `the store has no complete model ${ref}`, {
      hint:
        others.length === 0
          ? 'download it first: rma models pull'
          : shell`the store has ${others.join(', ')}`,
    });
  });
}

function keyOf(text: string): string {
  const ref = parseModelRef(text);
  const source = sourceOf(ref);
  return source.key?.(ref) ?? source.format(ref);
}
