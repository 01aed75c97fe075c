import type { CachedLayers } from '../domain/geometry.ts';

/** Above any model; a header with more is not understood. */
export const MAX_LAYERS = 4096;

/**
 * Merges layers that keep the same; layers that keep nothing are omitted. Returns null if one of them is unknown, or if
 * all have full attention with `plain` elements.
 */
export function groupLayers(
  layers: readonly (readonly CachedLayers[] | null)[],
  plain: number | null,
): readonly CachedLayers[] | null {
  const groups = new Map<string, CachedLayers>();
  for (const kept of layers) {
    if (kept === null) return null;
    for (const one of kept) {
      if ('elements' in one && one.elements === 0) continue;
      const key = JSON.stringify({ ...one, layers: 0 });
      groups.set(key, { ...one, layers: one.layers + (groups.get(key)?.layers ?? 0) });
    }
  }
  const found = [...groups.values()];
  const [first] = found;
  const isOne = found.length === 1 && first?.layers === layers.length;
  return isOne && first.kind === 'full' && first.elements === plain ? null : found;
}
