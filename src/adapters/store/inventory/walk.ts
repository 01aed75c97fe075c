import type { BigIntStats, Dirent } from 'node:fs';
import { join } from 'node:path';
import type { ScannedFile, ScannedTree } from '../../../core/domain/store-scan.ts';
import { type Disk, errnoOf, NO_RECORD, unless } from '../disk/disk.ts';
import { type LinkedFile, StatsReader } from '../disk/stats-reader.ts';
import { leadsToDirectory, lstatOrNull, type StoreGuard } from '../disk/store-guard.ts';

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

/** What links are followed with. */
export interface Links {
  readonly reader: StatsReader;
  /** directory of the walk without links; null if it does not exist */
  readonly realRoot: string | null;
}

/** Codes of a directory or file that this user may not read. */
export const DENIED: readonly string[] = ['EACCES', 'EPERM'];

/**
 * Returns the files below a directory, sorted, and the texts that are needed; nothing if there is no directory. Follows no
 * link to a directory, and no link out of the store. A directory that cannot be read is listed as a name without content;
 * a name that disappears meanwhile is left out.
 */
export async function walk(context: WalkContext, walked: Walk): Promise<Omit<ScannedTree, 'source'>> {
  const files: ScannedFile[] = [];
  const links = linksBelow(walked.root, context.guard);
  // the next one is the last
  const found: (ScannedFile | string)[] = [''];
  for (let next = found.pop(); next !== undefined; next = found.pop()) {
    if (typeof next !== 'string') files.push(next);
    else for (const each of await lookIn({ ...context, links }, walked, next)) found.push(each);
  }
  const texts = files
    .filter(({ path }) => walked.reads(path))
    .map(({ path }) => {
      const text = () => context.guard.readText(join(walked.root, path));
      return [path, allowed(text, () => null)] as const;
    });
  return {
    files,
    texts: new Map(texts.flatMap(([path, text]) => (text === null ? [] : [[path, text]]))),
  };
}

/** Returns what the links below a directory are followed with. `root`: absolute path. */
export function linksBelow(root: string, guard: StoreGuard): Links {
  return { reader: new StatsReader(guard), realRoot: guard.realpath(root) };
}

/** Returns the files in a directory and the paths of its directories, in the reverse order of the paths below it. */
async function lookIn(
  context: WalkContext & { readonly links: Links },
  walked: Walk,
  folder: string,
): Promise<readonly (ScannedFile | string)[]> {
  const place = join(walked.root, folder);
  const entries = await entriesIn(context, place);
  if (entries === null) return [{ ...withoutContent(folder), isUnread: true, isDenied: true }];
  const found = entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const at = `${walked.root}/${path}`;
    return walked.skip.size > 0 && walked.skip.has(at)
      ? []
      : (lookAt(context.links, { path, place: at }, entry) ?? []);
  });
  return found.sort((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
}

/** Names that begin with the name of a directory may come before the files in it: `a-b` before `a/b`. */
function sortKey(found: ScannedFile | string): string {
  return typeof found === 'string' ? `${found}/` : found.path;
}

/** Returns null if the directory may not be read. */
async function entriesIn({ disk }: WalkContext, folder: string): Promise<readonly Dirent[] | null> {
  return unless(
    DENIED,
    unless(NO_RECORD, disk.readdir(folder, { withFileTypes: true })).then((entries) => entries ?? []),
  );
}

/** As `look`; a name without content for what this user may not reach: a link may lead anywhere. */
export function lookAt(...found: Parameters<typeof look>): ReturnType<typeof look> {
  return allowed(
    () => look(...found),
    () => ({ ...withoutContent(found[1].path), isUnread: true }),
  );
}

/** Returns the result of a step, or of the other one where this user has no right to the first. */
function allowed<T>(step: () => T, otherwise: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!DENIED.includes(errnoOf(error) ?? '')) throw error;
    return otherwise();
  }
}

/**
 * Returns the file at a path; the path itself for a directory to walk; null for what no longer exists. Its directory was
 * read through the guard. Synchronous: several times faster than promises. `place`: the absolute path.
 */
function look(
  links: Links,
  { path, place }: { readonly path: string; readonly place: string },
  entry: Dirent,
): ScannedFile | string | null {
  // the type is unknown if the file system does not report it
  if (entry.isDirectory()) return path;
  const linked = entry.isSymbolicLink() ? links.reader.linkedFile(place) : null;
  if (linked !== null) return linkedFile(path, linked, links);
  const stats = lstatOrNull(place);
  if (stats === null) return null;
  if (stats.isDirectory()) return path;
  if (stats.isFile()) return content(path, stats, null);
  if (!stats.isSymbolicLink()) return withoutContent(path);
  const target = entry.isSymbolicLink() ? null : links.reader.linkedFile(place);
  if (target === null) return { ...withoutContent(path), ...(leadsToDirectory(place) && { isUnread: true }) };
  return linkedFile(path, target, links);
}

function linkedFile(path: string, { stats, real }: LinkedFile, { realRoot }: Links): ScannedFile {
  const isBelow = realRoot !== null && real.startsWith(`${realRoot}/`);
  const file = content(path, stats, isBelow ? real.slice(realRoot.length + 1) : null);
  return isBelow ? file : { ...file, leadsElsewhere: true };
}

function content(path: string, stats: BigIntStats, target: string | null): ScannedFile {
  const { size, blocks, mtimeNs, dev, ino, nlink } = stats;
  // st_blocks counts 512 bytes each, whatever the block size of the file system: stat(2)
  const diskBytes = Number(blocks) * 512;
  return {
    path,
    bytes: Number(size),
    diskBytes,
    mtimeNs: String(mtimeNs),
    inode: `${dev}:${ino}`,
    isOnlyName: nlink === 1n,
    ...(nlink > 1n && { links: Number(nlink) }),
    target,
  };
}

function withoutContent(path: string): ScannedFile {
  return { path, bytes: 0, diskBytes: 0, mtimeNs: '0', inode: null, isOnlyName: true, target: null };
}
