import { join } from 'node:path';
import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';

/** Returns the directories below `root` in which the tools of the model's source may have left files of it. */
export async function cacheDirectories(
  disk: Disk,
  root: string,
  model: PinnedModel,
): Promise<readonly string[]> {
  const { store } = sourceOf(model);
  const found: string[] = [];
  for (const directory of store.caches?.(model) ?? []) {
    if (!directory.endsWith('/*')) {
      found.push(join(root, directory));
      continue;
    }
    const parent = join(root, directory.slice(0, -'/*'.length));
    const names = (await unless(NO_RECORD, disk.readdir(parent))) ?? [];
    found.push(...names.toSorted().map((name) => join(parent, name)));
  }
  const own = join(root, store.home(model));
  return [...new Set(found)].filter((directory) => directory !== own);
}
