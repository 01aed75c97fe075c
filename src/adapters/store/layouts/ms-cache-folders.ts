import { join } from 'node:path';
import type { PinnedMsModel } from '../../../core/domain/pinned-model.ts';
import { type Disk, unless } from '../disk/disk.ts';

/**
 * Returns the directories below MODELSCOPE_CACHE in which ModelScope's own tools store the files of a repository. SDKs up
 * to 1.37 write `models/OWNER/NAME`, with `.` in names as `___`, older ones without `models`, or with `hub` before it;
 * newer ones `models/OWNER--NAME/snapshots/REVISION`. The requested revision is first.
 */
export async function msCacheFolders(
  disk: Disk,
  root: string,
  { repo, revision }: PinnedMsModel,
): Promise<readonly string[]> {
  const [owner = '', name = ''] = repo.split('/');
  const encoded = name.replaceAll('.', '___');
  const snapshots = join(root, 'models', `${owner}--${name}`, 'snapshots');
  const others = (await unless(['ENOENT', 'ENOTDIR'], disk.readdir(snapshots))) ?? [];
  const folders = [
    join(snapshots, revision),
    join(root, 'models', owner, encoded),
    join(root, 'models', owner, name),
    join(root, owner, encoded),
    join(root, 'hub', 'models', owner, encoded),
    join(root, 'hub', owner, encoded),
    ...others.toSorted().map((other) => join(snapshots, other)),
  ];
  return [...new Set(folders)].filter((folder) => folder !== join(root, owner, name));
}
