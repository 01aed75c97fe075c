import type { InventoryModel } from '../domain/inventory.ts';

/** Returns the source of a stored model; null for files of the user, which have a place in its directory and no reference. */
export function knownSource({
  references,
  path,
  source,
}: Pick<InventoryModel, 'references' | 'path' | 'source'>): string | null {
  return references[0] === path ? null : source;
}
