import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { type Disk, unless } from '../disk/disk.ts';
import { ensureInside } from '../disk/ensure-inside.ts';
import { ensureDir, syncDir } from '../disk/files.ts';
import { severalAtOnce } from '../disk/several-at-once.ts';

export interface LinkJob {
  readonly disk: Disk;
  /** directory of the repository */
  readonly repo: string;
  readonly commit: string;
  readonly staging: string;
  readonly targets: readonly LinkTarget[];
}

interface LinkTarget {
  /** path inside the snapshot */
  readonly path: string;
  /** name of the blob */
  readonly blob: string;
}

/** Creates the links of a snapshot: a new snapshot by one rename, links in an existing one one by one. */
export async function placeLinks(job: LinkJob): Promise<void> {
  const { disk, repo, commit } = job;
  if (job.targets.length === 0) return;
  const snapshot = join(repo, 'snapshots', commit);
  if ((await unless(['ENOENT'], disk.lstat(snapshot))) === null && (await placeWhole(job, snapshot))) return;
  for (const target of job.targets) await placeOne(job, snapshot, target);
  await syncDir(disk, snapshot);
}

async function placeWhole(job: LinkJob, snapshot: string): Promise<boolean> {
  const { disk, staging, repo } = job;
  const temp = join(staging, `${randomUUID()}.snapshot`);
  try {
    await ensureDir(disk, temp);
    const folders = new Set(job.targets.map(({ path }) => dirname(join(temp, path))));
    for (const folder of folders) await ensureDir(disk, folder);
    await severalAtOnce(job.targets, ({ path, blob }) =>
      disk.symlink(linkTarget(path, blob), join(temp, path)),
    );
    const moved = await unless(
      ['EEXIST', 'ENOTEMPTY'],
      disk.rename(temp, snapshot).then(() => true),
    );
    if (moved === null) return false;
    await syncDir(disk, join(repo, 'snapshots'));
    return true;
  } finally {
    await disk.rm(temp, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function placeOne({ disk, staging }: LinkJob, snapshot: string, target: LinkTarget): Promise<void> {
  await ensureInside(disk, snapshot, dirname(target.path));
  const temp = join(staging, `${randomUUID()}.link`);
  try {
    await disk.symlink(linkTarget(target.path, target.blob), temp);
    await disk.rename(temp, join(snapshot, target.path));
  } finally {
    await disk.rm(temp, { force: true }).catch(() => undefined);
  }
}

/** Returns a relative link target, so that the store works under any mount point. */
function linkTarget(path: string, blob: string): string {
  return `${'../'.repeat(path.split('/').length - 1)}../../blobs/${blob}`;
}
