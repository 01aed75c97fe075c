import { join } from 'node:path';
import type { StoreNeeds } from '../../../core/domain/fetch-request.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { pathFault } from '../../../core/store/safe-path.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { diskFault } from '../disk/disk-fault.ts';
import { writeAtomic } from '../disk/files.ts';

/**
 * Writes what a worker needs to `projects/HOST-PROJECT.PROFILE.json` below `state`, if it has changed.
 * @throws RmaError RMA_STORE_PROJECT_NAME (2), as diskFault
 */
export async function recordNeeds(
  { disk, state }: { readonly disk: Disk; readonly state: string },
  { host, project, profile, refs, commits }: StoreNeeds,
): Promise<void> {
  // project and profile names contain no dot, so file names of workers never collide
  const name = `${host}-${project}.${profile}.json`;
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
  } catch (error) {
    throw diskFault(error, path);
  }
}
