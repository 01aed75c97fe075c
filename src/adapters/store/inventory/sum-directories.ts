import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SummedDirectory } from '../../../core/domain/store-scan.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import { listFiles } from './list-files.ts';
import { sumFiles } from './sum-files.ts';
import { DENIED, type WalkContext } from './walk.ts';

interface Homes {
  /** absolute path */
  readonly root: string;
  /** absolute paths of directories that belong to other trees */
  readonly skip: ReadonlySet<string>;
  /** whether a directory `OWNER/NAME` may be summed */
  readonly isSummed: (path: string) => boolean;
}

/** Files that are read before other events are handled, such as signals. */
const BATCH = 5000;

/**
 * Returns the directories `OWNER/NAME` below a directory of which the sums describe everything; a walk lists the others. None of
 * their files is held in memory.
 */
export async function sumDirectories(
  context: WalkContext,
  homes: Homes,
): Promise<readonly SummedDirectory[]> {
  const { guard } = context;
  const { root } = homes;
  const summed: SummedDirectory[] = [];
  let files = 0;
  for (const path of await homesIn(context, homes)) {
    const sums = sumFiles(guard, `${root}/${path}`);
    if (sums === null) continue;
    summed.push({ path, sums, list: () => listFiles(guard, { root, folder: path }) });
    files += sums.files;
    if (files < BATCH) continue;
    files = 0;
    await setImmediate();
  }
  return summed;
}

async function homesIn(context: WalkContext, { root, skip, isSummed }: Homes): Promise<readonly string[]> {
  const others = [...skip];
  const found: string[] = [];
  for (const owner of await directoriesIn(context, root)) {
    for (const name of await directoriesIn(context, join(root, owner))) {
      const path = `${owner}/${name}`;
      const place = `${root}/${path}`;
      if (isSummed(path) && !others.some((each) => `${each}/`.startsWith(`${place}/`))) found.push(path);
    }
  }
  return found;
}

async function directoriesIn({ disk }: WalkContext, folder: string): Promise<readonly string[]> {
  const codes = [...NO_RECORD, ...DENIED];
  const entries: readonly Dirent[] =
    (await unless(codes, disk.readdir(folder, { withFileTypes: true }))) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
