import type { CacheView } from '../../../src/core/cache/cache-view.ts';
import { EMPTY_INVENTORY, type InventoryModel } from '../../../src/core/domain/inventory.ts';

export const NOW = Date.parse('2026-11-28T00:00:00Z');

/** A model of a store: when it was last used, what keeps it, and its blobs. */
export interface Sketch {
  readonly hours: number;
  readonly isNeeded: boolean;
  readonly isPinned: boolean;
  readonly isLeased: boolean;
  readonly isUnknown: boolean;
  /** numbers of the blobs */
  readonly blobs: readonly number[];
}

/** Returns the view of a store with these models; blobs are shared between all of them. `linked`: blobs with hard links outside of the store. */
export function viewOf(
  sketches: readonly Sketch[],
  rest: Partial<CacheView> = {},
  linked: readonly number[] = [],
): CacheView {
  const users = (blob: number) => sketches.filter(({ blobs }) => blobs.includes(blob)).length;
  const models = sketches.map((sketch, index): InventoryModel => {
    const path = `huggingface/hub/models--o--m${index}/snapshots/${'a'.repeat(40)}`;
    return {
      references: sketch.isUnknown ? [path] : [`hf:o/m${index}`],
      source: 'hf',
      path,
      commit: 'a'.repeat(40),
      files: sketch.blobs.map((blob) => ({
        path: `f${blob}`,
        content: `blobs/${blob}`,
        bytes: sizeOf([blob]),
        diskBytes: sizeOf([blob]),
        digest: null,
        isVerified: false,
        users: users(blob),
        otherNames: [],
        inode: `1:${blob}`,
        links: 1,
        linksElsewhere: linked.includes(blob) ? 1 : 0,
      })),
      missing: [],
      bytes: 0,
      sharedBytes: 0,
      modifiedAt: sketch.blobs.length === 0 ? null : hoursAgo(sketch.hours),
      lastUsedAt: null,
      neededBy: sketch.isNeeded ? [{ host: 'h', project: 'p', profile: 'q' }] : [],
      isPinned: sketch.isPinned === true,
      linkedFrom: [],
      names: [`${path}/refs/main`, ...sketch.blobs.map((blob) => `${path}/f${blob}`)],
      records: [],
      lease: `hf-m${index}`,
    };
  });
  const blobs = [...new Set(sketches.flatMap((sketch) => sketch.blobs))];
  return {
    inventory: { ...EMPTY_INVENTORY, models },
    leftovers: [],
    marked: [],
    diskBytes: sizeOf(blobs),
    activeLeases: new Set(sketches.flatMap(({ isLeased }, index) => (isLeased ? [`hf-m${index}`] : []))),
    needs: [],
    pins: sketches.flatMap(({ isPinned }, index) => (isPinned ? [`hf:o/m${index}`] : [])),
    unreadable: [],
    badManifests: [],
    links: new Map(),
    freeBytes: 1000,
    capacityBytes: 1_000_000,
    now: NOW,
    ...rest,
  };
}

/** Returns the size of blobs, each 4 KiB larger than the one before it. */
export function sizeOf(blobs: readonly number[]): number {
  return blobs.reduce((sum, blob) => sum + (blob + 1) * 4096, 0);
}

/** Returns the time some hours before `NOW`. */
export function hoursAgo(hours: number): string {
  return new Date(NOW - hours * 3_600_000).toISOString();
}
