import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { type Disk, errnoOf, unless } from '../disk/disk.ts';
import { ensureInside } from '../disk/ensure-inside.ts';
import { ensureDir, FILE_MODE, syncDir } from '../disk/files.ts';

export interface PlaceJob {
  readonly disk: Disk;
  /** directory of the model */
  readonly folder: string;
  /** staging directory on the same file system */
  readonly staging: string;
  readonly files: readonly PlacedFile[];
  /** called before the first file is visible, with the staging directory of all files; their sizes and times are final */
  readonly onReady: (directory: string) => Promise<void>;
}

export interface PlacedFile {
  /** path inside the directory */
  readonly path: string;
  /** path of a verified file, which is kept */
  readonly from: string;
}

/**
 * Publishes verified files in the directory of a model by hard links: a new directory by one rename, files of an existing
 * one are added or replaced one by one.
 * @throws RmaError RMA_STORE_NAME_TAKEN or RMA_CONTENT_UNSAFE_PATH exit 6
 */
export async function placeFiles(job: PlaceJob): Promise<void> {
  const { disk, staging, files } = job;
  if (files.length === 0) return;
  const ready = join(staging, `${randomUUID()}.model`);
  try {
    for (const { path, from } of files) {
      await ensureDir(disk, dirname(join(ready, path)));
      await duplicate(disk, from, join(ready, path));
    }
    await job.onReady(ready);
    if (!(await placeDirectory(job, ready))) await placeEach(job, ready);
  } finally {
    // rename(2) keeps both names if they already are the same file
    await disk.rm(ready, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Returns false if the directory exists. */
async function placeDirectory({ disk, folder, files }: PlaceJob, ready: string): Promise<boolean> {
  if ((await unless(['ENOENT'], disk.lstat(folder))) !== null) return false;
  for (const dir of foldersOf(ready, files)) await syncDir(disk, dir);
  await ensureDir(disk, dirname(folder));
  const moved = await unless(
    ['EEXIST', 'ENOTEMPTY'],
    disk.rename(ready, folder).then(() => true),
  );
  if (moved === null) return false;
  await syncDir(disk, dirname(folder));
  return true;
}

async function placeEach({ disk, folder, files }: PlaceJob, ready: string): Promise<void> {
  for (const { path } of files) {
    await ensureInside(disk, folder, dirname(path));
    try {
      await disk.rename(join(ready, path), join(folder, path));
    } catch (error) {
      if (['EISDIR', 'ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? ''))
        throw nameIsDirectory(folder, path);
      throw error;
    }
  }
  for (const dir of foldersOf(folder, files)) await syncDir(disk, dir);
}

/** Hard-links a file; copies it where the file system has no hard links. */
async function duplicate(disk: Disk, from: string, to: string): Promise<void> {
  const linked = await unless(
    ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV'],
    disk.link(from, to).then(() => true),
  );
  if (linked !== null) return;
  await disk.copyFile(from, to);
  await disk.chmod(to, FILE_MODE);
  const handle = await disk.open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function foldersOf(base: string, files: readonly PlacedFile[]): ReadonlySet<string> {
  const folders = new Set([base]);
  for (const { path } of files) {
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
      folders.add(join(base, path.slice(0, cut)));
    }
  }
  return folders;
}

function nameIsDirectory(folder: string, path: string): RmaError {
  return new RmaError(
    'RMA_STORE_NAME_TAKEN',
    `${join(folder, path)} is a directory, but the model has a file with this name`,
    {
      exitCode: EXIT.badContent,
      hint: 'move the directory away, then run the command again',
      details: { path: join(folder, path) },
    },
  );
}
