import { lstatSync, readdirSync, readFileSync, readlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import { FileCacheStore } from '../../../src/adapters/store/cache/file-cache-store.ts';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { DEFAULT_POLICY, type PrunePolicy } from '../../../src/core/cache/policy.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import type { CacheWait } from '../../../src/ports/cache-store.ts';
import type { Clock } from '../../../src/ports/clock.ts';

export const DAY_MS = 86_400_000;

/** Removes every model that was not used for 30 days, and leftovers as by default. */
export const KEEP_30_DAYS: PrunePolicy = { ...DEFAULT_POLICY, keepSeconds: 30 * 86_400 };

export const noWait: CacheWait = { onWait: () => undefined, signal: new AbortController().signal };

/** Returns the names of entries. */
export function namesOf(items: readonly { readonly name: string }[]): string[] {
  return items.map(({ name }) => name);
}

/** Returns a clock that is some days ahead. */
export function clockAhead(days: number): Clock {
  return { ...systemClock, now: () => Date.now() + days * DAY_MS };
}

export function testCache(root: string, options: { disk?: Disk; clock?: Clock } = {}): FileCacheStore {
  return new FileCacheStore({
    paths: storePaths(root, {}),
    clock: options.clock ?? systemClock,
    disk: options.disk ?? realDisk,
  });
}

/** Makes files look as if they were last changed some days ago. */
export function setAge(root: string, days: number, ...paths: readonly string[]): void {
  const time = Date.now() / 1000 - days * 86_400;
  for (const path of paths) utimesSync(join(root, path), time, time);
}

/** Returns every file of a store outside leases, trash, the reserve and temporary files, with its content or target. */
export function storeTree(root: string): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !/^\.rma\/(leases|trash|reserve$|staging\/[^/]+\.(tmp|lease)$)/.test(path))
    .sort();
  return Object.fromEntries(
    files.map((path) => {
      const place = join(root, path);
      return [
        path,
        lstatSync(place).isSymbolicLink() ? `-> ${readlinkSync(place)}` : readFileSync(place, 'utf8'),
      ];
    }),
  );
}
