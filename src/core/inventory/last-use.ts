import type { InventoryModel } from '../domain/inventory.ts';

/**
 * Returns when a model was last used, RFC 3339, UTC: when a worker last loaded it or it was last pulled or imported, or when its
 * content was written, whichever is later. Models of other programs have no record of their use. null: no record and no content.
 */
export function lastUse({
  lastUsedAt,
  modifiedAt,
}: Pick<InventoryModel, 'lastUsedAt' | 'modifiedAt'>): string | null {
  if (lastUsedAt === null || modifiedAt === null) return lastUsedAt ?? modifiedAt;
  return Date.parse(lastUsedAt) > Date.parse(modifiedAt) ? lastUsedAt : modifiedAt;
}
