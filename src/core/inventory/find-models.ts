import type { Inventory, InventoryModel } from '../domain/inventory.ts';
import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import { keyedRef } from './needed-by.ts';

/**
 * Returns the models of a store that a reference or a path means: several if programs stored it in several places.
 * @throws RmaError RMA_MODEL_NOT_STORED (1)
 */
export function findModels({ models }: Inventory, text: string): readonly InventoryModel[] {
  const key = keyedRef(text)?.key ?? null;
  const found = models.filter(
    ({ references, path }) =>
      path === text ||
      references.some((each) => each === text || (key !== null && keyedRef(each)?.key === key)),
  );
  if (found.length > 0) return found;
  throw notStored(models, text);
}

function notStored(models: readonly InventoryModel[], text: string): RmaError {
  const repo = repoOf(text);
  const others = models
    .filter(({ references }) => repo !== null && references.some((each) => repoOf(each) === repo))
    .map(({ references: [first] }) => first);
  return new RmaError('RMA_MODEL_NOT_STORED', `the store has no model ${text}`, {
    exitCode: EXIT.failed,
    hint:
      others.length === 0
        ? 'for all models in the store: rma models ls --stored'
        : shell`the store has ${others.slice(0, 3).join(', ')}`,
  });
}

function repoOf(text: string): string | null {
  const ref = keyedRef(text)?.ref;
  const repo = ref?.['repo'];
  return ref !== undefined && typeof repo === 'string' ? `${ref.source}:${repo.toLowerCase()}` : null;
}
