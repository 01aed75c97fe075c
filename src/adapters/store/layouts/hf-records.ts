import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { PinnedFile } from '../../../core/domain/pinned-model.ts';
import type { PinnedHfModel } from '../../../core/source/huggingface.ts';
import { lfsPointerOid } from '../../../core/store/digest.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import { ensureDir, readJson, writeAtomic } from '../disk/files.ts';

/** The listing of a commit in the hub cache: https://github.com/huggingface/huggingface_hub, `trees/`. */
const treeFile = z.object({ format_version: z.literal(1), files: z.record(z.string(), z.unknown()) });

/** Returns the directory name of a repository in the hub cache. */
export function repoDirectory(repo: string): string {
  return `models--${repo.replaceAll('/', '--')}`;
}

/** What the records of a repository are written for. */
export interface RepoRecord {
  /** directory of the repository */
  readonly repo: string;
  readonly model: PinnedHfModel;
  readonly staging: string;
}

/** Points a branch or tag at the commit; written last, and only if it differs. */
export async function writeRef(disk: Disk, { repo, model, staging }: RepoRecord): Promise<void> {
  if (model.revision === model.commit) return;
  const path = join(repo, 'refs', model.revision);
  if ((await unless(NO_RECORD, disk.readText(path))) === model.commit) return;
  await ensureDir(disk, dirname(path));
  await writeAtomic(disk, { staging, path, text: model.commit });
}

/**
 * Writes the file list of a commit as huggingface_hub 1.x and 2.x store it: without it, readers cannot load a snapshot by
 * commit offline, and accept a missing file silently. For a partial repository it lists the stored files. A list that
 * already has all of these files is left unchanged.
 */
export async function writeTree(disk: Disk, { repo, model, staging }: RepoRecord): Promise<void> {
  const path = join(repo, 'trees', `${model.commit}.json`);
  const existing = (await readJson(disk, path, treeFile))?.files;
  const known = [...(model.listing ?? []), ...model.files];
  if (existing !== undefined && known.every((file) => Object.hasOwn(existing, file.path))) return;
  const files = { ...existing, ...Object.fromEntries(known.map((file) => [file.path, treeEntry(file)])) };
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeAtomic(disk, { staging, path, text: JSON.stringify({ format_version: 1, files: sorted }) });
}

function treeEntry({ bytes, digest }: PinnedFile): Record<string, unknown> {
  if (digest?.algorithm !== 'sha256') return { size: bytes, blob_id: digest?.hex ?? '' };
  return { size: bytes, blob_id: lfsPointerOid(digest.hex, bytes), lfs_sha256: digest.hex, lfs_size: bytes };
}
