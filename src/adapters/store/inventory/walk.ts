import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { ScannedFile, ScannedTree } from '../../../core/domain/store-scan.ts';
import { type Disk, NO_RECORD, unless } from '../disk/disk.ts';
import type { StoreGuard } from '../disk/store-guard.ts';

/** What a walk works with. */
export interface WalkContext {
  readonly disk: Disk;
  readonly guard: StoreGuard;
}

export interface Walk {
  /** absolute path */
  readonly root: string;
  /** absolute paths of directories that belong to other walks */
  readonly skip: ReadonlySet<string>;
  /** whether the text of a file is needed */
  readonly reads: (path: string) => boolean;
}

/** Codes of a directory or file that this user may not read. */
const DENIED = ['EACCES', 'EPERM'];
/** Files whose stats are read at the same time. */
const BATCH = 64;

/**
 * Returns the files below a directory, sorted, and the texts that are needed; nothing if there is no directory. Follows no
 * link to a directory, and no link out of the store. A directory that cannot be read is listed as a name without content;
 * a name that disappears meanwhile is left out.
 */
export async function walk(context: WalkContext, walked: Walk): Promise<Omit<ScannedTree, 'source'>> {
  const files: ScannedFile[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const found = await lookIn(context, walked, folder);
    files.push(...found.filter((each) => typeof each !== 'string'));
    folders.push(...found.filter((each) => typeof each === 'string'));
  }
  const sorted = files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const texts = sorted
    .filter(({ path }) => walked.reads(path))
    .map(({ path }) => [path, context.guard.readText(join(walked.root, path))] as const);
  return {
    files: sorted,
    texts: new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, text]]))),
  };
}

/** Returns the files in a directory, and the paths of its directories. */
async function lookIn(
  context: WalkContext,
  walked: Walk,
  folder: string,
): Promise<readonly (ScannedFile | string)[]> {
  const names = await namesIn(context, join(walked.root, folder));
  if (names === null) return [withoutContent(folder)];
  const paths = names.map((name) => (folder === '' ? name : `${folder}/${name}`));
  const found: (ScannedFile | string)[] = [];
  for (let at = 0; at < paths.length; at += BATCH) {
    const batch = await Promise.all(paths.slice(at, at + BATCH).map((path) => look(context, walked, path)));
    found.push(...batch.filter((each) => each !== null));
  }
  return found;
}

/** Returns null if the directory may not be read. */
async function namesIn({ disk }: WalkContext, folder: string): Promise<readonly string[] | null> {
  return unless(
    DENIED,
    unless(NO_RECORD, disk.readdir(folder)).then((names) => names ?? []),
  );
}

/** Returns the file at a path; the path itself for a directory to walk; null for what does not exist or is skipped. */
async function look(
  { disk, guard }: WalkContext,
  { root, skip }: Walk,
  path: string,
): Promise<ScannedFile | string | null> {
  const place = join(root, path);
  if (skip.has(place)) return null;
  const stats = await unless(NO_RECORD, disk.lstat(place, { bigint: true }));
  if (stats === null) return null;
  if (stats.isDirectory()) return path;
  if (stats.isFile()) return content(path, stats, null);
  if (!stats.isSymbolicLink()) return withoutContent(path);
  const target = guard.fileStats(place);
  return target === null ? withoutContent(path) : content(path, target, pathBelow(guard, root, place));
}

function content(path: string, stats: BigIntStats, target: string | null): ScannedFile {
  const { size, blocks, mtimeNs, dev, ino } = stats;
  // st_blocks counts 512 bytes each, whatever the block size of the file system: stat(2)
  const diskBytes = Number(blocks) * 512;
  return { path, bytes: Number(size), diskBytes, mtimeNs: String(mtimeNs), inode: `${dev}:${ino}`, target };
}

function withoutContent(path: string): ScannedFile {
  return { path, bytes: 0, diskBytes: 0, mtimeNs: '0', inode: null, target: null };
}

/** Returns where a link leads to, below the root; null if it leads elsewhere. */
function pathBelow(guard: StoreGuard, root: string, place: string): string | null {
  const real = guard.realpath(place);
  const base = guard.realpath(root);
  return real !== null && base !== null && real.startsWith(`${base}/`) ? real.slice(base.length + 1) : null;
}
