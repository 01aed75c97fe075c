import { createHash, randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { PinnedFile, PinnedModel } from '../../../core/domain/pinned-model.ts';
import { archivedFile, fileOrigin } from '../../../core/source/describe-model.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { sizeOf } from '../../../core/store/range-set.ts';
import type { StagingSlot } from '../../../ports/model-store.ts';
import { type Disk, unless } from '../disk/disk.ts';
import { ensureDir } from '../disk/files.ts';
import { sameFileSystem } from '../disk/same-file-system.ts';
import { severalAtOnce } from '../disk/several-at-once.ts';
import { durableRanges, readJournal } from './journal.ts';
import { isWhole, wholeSlots } from './whole-slots.ts';

/** Returns the directory for unfinished files on the file system of `target`: in `.rma`, else next to the target, else hidden inside it. */
export function stagingFor(paths: StorePaths, target: string): string {
  const candidates = [join(paths.state, 'staging'), join(dirname(target), '.rma', 'staging')];
  return candidates.find((dir) => sameFileSystem(dir, target)) ?? join(target, '.rma-staging');
}

/** The staging directory of a layout, for one lease: holders of others run at the same time and would take over its parts. */
export interface StagingPlace {
  readonly staging: string;
  readonly leaseKey: string;
}

/** Returns the directory for all parts of one file under one lease. */
function contentDirectory({ staging, leaseKey }: StagingPlace, model: PinnedModel, file: PinnedFile): string {
  const lease = leaseId(leaseKey);
  if (file.digest !== null) return join(staging, `${file.digest.algorithm}-${file.digest.hex}-${lease}`);
  return join(staging, `url-${sha256(fileOrigin(model, file))}-${lease}`);
}

/** Returns the directory for all small files under one lease. */
function wholeDirectory({ staging, leaseKey }: StagingPlace): string {
  return join(staging, `small-${leaseId(leaseKey)}`);
}

/** Returns the directory for the temporary files of a publication. Only the holder of the lease uses it. */
export function publishFolder({ staging, leaseKey }: StagingPlace): string {
  return join(staging, `publish-${leaseId(leaseKey)}`);
}

function leaseId(leaseKey: string): string {
  return sha256(leaseKey).slice(0, 16);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Removes what a publication leaves, also of files that were not staged: a killed process may have left parts of them. */
export async function removeStaged(disk: Disk, place: StagingPlace, model: PinnedModel): Promise<void> {
  const left = new Set(await disk.readdir(place.staging));
  const folders = [
    publishFolder(place),
    wholeDirectory(place),
    ...model.files.flatMap((file) => {
      const archive = archivedFile(model, file)?.archive;
      return [file, ...(archive === undefined ? [] : [archive])].map((each) =>
        contentDirectory(place, model, each),
      );
    }),
  ];
  await severalAtOnce(
    folders.filter((folder) => left.has(basename(folder))),
    (folder) => disk.rm(folder, { recursive: true, force: true }).catch(() => undefined),
  );
}

/** The files of a model that are staged under its lease. */
export interface StagedFiles {
  readonly place: StagingPlace;
  readonly model: PinnedModel;
  readonly files: readonly PinnedFile[];
}

/** Returns a slot for each file, in the same order: small ones in one directory, each other one in a directory of its own. */
export async function createSlots(
  disk: Disk,
  { place, model, files }: StagedFiles,
): Promise<readonly StagingSlot[]> {
  const wholes = await wholeSlots(disk, wholeDirectory(place), files.filter(isWhole));
  const slots: StagingSlot[] = [];
  for (const file of files) {
    slots.push(
      wholes.get(file) ?? (await createSlot(disk, contentDirectory(place, model, file), file.bytes)),
    );
  }
  return slots;
}

/** Returns the path of a new part, and the part of an earlier process with the most bytes. */
export async function createSlot(disk: Disk, folder: string, bytes: number): Promise<StagingSlot> {
  await ensureDir(disk, folder);
  const parts = await leftParts(disk, folder, bytes);
  const best = parts.sort((a, b) => b.durableBytes - a.durableBytes)[0];
  return {
    path: join(folder, `${randomUUID()}.part`),
    inherit: best?.path ?? null,
    durableBytes: best?.durableBytes ?? 0,
  };
}

async function leftParts(
  disk: Disk,
  folder: string,
  bytes: number,
): Promise<{ readonly path: string; readonly durableBytes: number }[]> {
  const names = (await unless(['ENOENT'], disk.readdir(folder))) ?? [];
  const parts = await Promise.all(
    names
      .filter((name) => name.endsWith('.part'))
      .map(async (name) => {
        const path = join(folder, name);
        const journal = await readJournal(disk, path);
        const stats = await unless(['ENOENT'], disk.lstat(path));
        const length = stats?.isFile() === true ? stats.size : 0;
        const durable = journal === null || journal.bytes !== bytes ? [] : durableRanges(journal);
        const end = durable.at(-1)?.[1] ?? 0;
        return { path, durableBytes: end <= length ? sizeOf(durable) : 0 };
      }),
  );
  return parts.filter(({ durableBytes }) => durableBytes > 0);
}
