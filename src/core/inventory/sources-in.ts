import type { InventoryModel } from '../domain/inventory.ts';
import { SOURCES } from '../source/sources.ts';

/** Returns the sources of models, each once, always in the same order. */
export function sourcesIn(models: readonly Pick<InventoryModel, 'source'>[]): readonly (string | null)[] {
  const found = new Set(models.map(({ source }) => source));
  return [...SOURCES.map(({ id }) => id), null].filter((source) => found.has(source));
}
