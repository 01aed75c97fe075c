import { join } from 'node:path';
import { joinedPrefix, needsPrefix } from '../../../core/inventory/needs-name.ts';
import { readNeeds } from '../../../core/inventory/read-needs.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import type { ForgottenWorkers } from '../../../ports/cache-store.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';

/**
 * Removes the records of what workers need, `projects/HOST-PROJECT.PROFILE.json`. Returns their profiles, sorted. A record that
 * cannot be read is removed by its name.
 */
export async function forgetWorkers(
  { disk, paths }: { readonly disk: Disk; readonly paths: StorePaths },
  { host, project, profiles }: ForgottenWorkers,
): Promise<readonly string[]> {
  const folder = join(paths.state, 'projects');
  const starts = new Set([needsPrefix, joinedPrefix].map((prefixOf) => prefixOf({ host, project })));
  const names = (await unless(NO_RECORD, disk.readdir(folder))) ?? [];
  const forgotten = new Set<string>();
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const start = [...starts].find((each) => name.startsWith(each));
    if (start === undefined) continue;
    // neither projects nor profiles contain a dot, but hosts do: `a` and `a-b.c` begin alike
    const profile = name.slice(start.length, -'.json'.length);
    if (profile.includes('.') || (profiles !== null && !profiles.includes(profile))) continue;
    const needs = readNeeds((await unless(NO_RECORD, disk.readText(join(folder, name)))) ?? '');
    // `a-b` and `c` have the same name as `a` and `b-c`
    if (needs !== null && (needs.host !== host || needs.project !== project)) continue;
    await unless(NO_RECORD, disk.unlink(join(folder, name)));
    forgotten.add(profile);
  }
  return [...forgotten].sort();
}
