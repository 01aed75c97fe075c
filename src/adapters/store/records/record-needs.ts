import { join } from 'node:path';
import type { StoreNeeds } from '../../../core/domain/fetch-request.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { joinedPrefix, needsPrefix } from '../../../core/inventory/needs-name.ts';
import { readNeeds } from '../../../core/inventory/read-needs.ts';
import { pathFault } from '../../../core/store/safe-path.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { diskFault } from '../disk/disk-fault.ts';
import { writeAtomic } from '../disk/files.ts';

/**
 * Writes what a worker needs to `projects/HOST-PROJECT.PROFILE.json` below `state`, if it has changed, and removes its record
 * of an earlier version, whose name another worker may share.
 * @throws RmaError RMA_STORE_PROJECT_NAME (2), as diskFault
 */
export async function recordNeeds(
  { disk, state }: { readonly disk: Disk; readonly state: string },
  needs: StoreNeeds,
): Promise<void> {
  const { host, project, profile, refs, commits } = needs;
  // project and profile names contain no dot, so file names of workers never collide
  const name = `${needsPrefix(needs)}${profile}.json`;
  if (name.includes('/') || pathFault(name) !== null) {
    throw new RmaError('RMA_STORE_PROJECT_NAME', `"${name}" is not a valid file name`, {
      exitCode: EXIT.usage,
    });
  }
  const path = join(state, 'projects', name);
  const record = {
    schema: 'rma.needs/v1',
    host,
    project,
    profile,
    refs: [...new Set(refs)].sort(),
    ...(commits !== undefined && { commits }),
  };
  const text = `${JSON.stringify(record)}\n`;
  try {
    const current = await unless(NO_RECORD, disk.readText(path));
    if (current !== text) await writeAtomic(disk, { staging: join(state, 'staging'), path, text });
    const old = join(state, 'projects', `${joinedPrefix(needs)}${profile}.json`);
    if (old === path) return;
    const before = readNeeds((await unless(NO_RECORD, disk.readText(old))) ?? '');
    if (before?.host === host && before.project === project) await unless(NO_RECORD, disk.unlink(old));
  } catch (error) {
    throw diskFault(error, path);
  }
}
