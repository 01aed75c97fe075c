import type { Digest } from '../domain/pinned-model.ts';
import type { ScannedFile, ScannedTree } from '../domain/store-scan.ts';
import {
  type GroupTree,
  hasContent,
  type ModelGroup,
  type ReceiptGroup,
  type ReceiptIndex,
  withReceipt,
} from './group.ts';
import { looksLikeModel } from './looks-like-model.ts';

/** One repository of the hub cache. Paths are below its directory. */
interface CachedRepo {
  /** id of the source, and scheme of its references */
  readonly source: string;
  /** `models--ORG--NAME` */
  readonly folder: string;
  readonly repo: string;
  readonly files: ReadonlyMap<string, ScannedFile>;
  /** commit → the files of its snapshot, by their paths in the repository */
  readonly snapshots: ReadonlyMap<string, readonly NamedFile[]>;
  /** commit → paths of its listing and of what its source does not have */
  readonly described: ReadonlyMap<string, readonly string[]>;
  /** revision → commit */
  readonly refs: ReadonlyMap<string, string>;
}

interface NamedFile {
  readonly path: string;
  readonly file: ScannedFile;
}

const MODEL = /^models--([^/]+)\/(.+)$/;
const COMMIT = /^[0-9a-f]{40}$/;
const SNAPSHOT = /^snapshots\/([0-9a-f]{40})\/(.+)$/;
const DESCRIBED = /^(?:trees\/([0-9a-f]{40})\.json$|\.no_exist\/([^/]+)\/)/;

/** Returns whether a file of the hub cache is a ref: its text is the commit of a branch or tag. */
export function isRef(path: string): boolean {
  return /^models--[^/]+\/refs\/./.test(path);
}

/**
 * Groups a Hugging Face hub cache: one model for each commit of a repository.
 * https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export const groupHfCache: GroupTree = (tree, receipts) => {
  const repos = cachedRepos(tree);
  const loose = repos.map((repo) => looseBlobs(repo));
  return {
    models: repos.flatMap((repo) =>
      [...repo.snapshots.keys()].flatMap((commit) => modelOf(repo, commit, receipts) ?? []),
    ),
    partial: loose.flatMap(({ partial }) => partial),
    orphans: loose.flatMap(({ orphans }) => orphans),
    undecided: loose.flatMap(({ undecided }) => undecided),
    own: [
      ...tree.files
        .map(({ path }) => path)
        .filter((path) => /^(\.locks\/.|CACHEDIR\.TAG$|version\.txt$)/.test(path)),
      // refs and listings of a commit that has no file yet
      ...repos.flatMap(({ folder, files }) =>
        [...files.keys()]
          .filter((path) => /^(refs\/.|trees\/[0-9a-f]{40}\.json$|\.no_exist\/.)/.test(path))
          .map((path) => `${folder}/${path}`),
      ),
    ],
  };
};

function cachedRepos({ source, files, texts }: ScannedTree): readonly CachedRepo[] {
  const folders = new Map<string, Map<string, ScannedFile>>();
  for (const file of files) {
    const [, name, path] = MODEL.exec(file.path) ?? [];
    if (name === undefined || path === undefined) continue;
    const folder = `models--${name}`;
    const known = folders.get(folder) ?? new Map<string, ScannedFile>();
    folders.set(folder, known.set(path, file));
  }
  return [...folders].map(([folder, found]) => ({
    source: source ?? '',
    folder,
    // names of owners contain no `--`
    repo: folder.slice('models--'.length).replace('--', '/'),
    files: found,
    ...byCommit(found),
    refs: refsOf(folder, texts),
  }));
}

function refsOf(folder: string, texts: ScannedTree['texts']): ReadonlyMap<string, string> {
  const prefix = `${folder}/refs/`;
  return new Map(
    [...texts].flatMap(([path, text]) =>
      path.startsWith(prefix) && COMMIT.test(text.trim()) ? [[path.slice(prefix.length), text.trim()]] : [],
    ),
  );
}

function byCommit(files: CachedRepo['files']): Pick<CachedRepo, 'snapshots' | 'described'> {
  const snapshots = new Map<string, NamedFile[]>();
  const described = new Map<string, string[]>();
  for (const [name, file] of files) {
    const [, commit, path] = SNAPSHOT.exec(name) ?? [];
    if (commit !== undefined && path !== undefined) addTo(snapshots, commit, { path, file });
    const [, listed, absent] = DESCRIBED.exec(name) ?? [];
    const subject = listed ?? absent;
    if (subject !== undefined) addTo(described, subject, name);
  }
  return { snapshots, described };
}

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [item]);
  else known.push(item);
}

/** Returns null for a commit that consists of files of the user. */
function modelOf(cached: CachedRepo, commit: string, receipts: ReceiptIndex): ModelGroup | null {
  const { source, folder, repo } = cached;
  const revisions = [...cached.refs].filter(([, at]) => at === commit).map(([revision]) => revision);
  const receipt = `${source}/${folder}/${commit}.json`;
  const confirmed = receipts.of([receipt]);
  const own = cached.described.get(commit) ?? [];
  const linked = snapshotFiles(cached.snapshots.get(commit) ?? [], confirmed);
  if (linked.length === 0) return null;
  const described = revisions.length + own.length + confirmed.entries.size > 0;
  const isModel =
    described || linked.some(({ file }) => !isPlain(file)) || looksLikeModel(linked.map(({ path }) => path));
  if (!isModel) return null;
  return {
    path: `${folder}/snapshots/${commit}`,
    references: [
      ...revisions
        .sort(mainFirst)
        .map((revision) => (revision === 'main' ? `${source}:${repo}` : `${source}:${repo}@${revision}`)),
      `${source}:${repo}@${commit}`,
    ],
    commit,
    files: linked.flatMap(({ path, file }) =>
      hasContent(file) ? [withReceipt(confirmed, { path, file, digest: digestOf(file) })] : [],
    ),
    missing: linked.filter(({ file }) => !hasContent(file)).map(({ path }) => path),
    names: [
      ...revisions.map((revision) => `${folder}/refs/${revision}`),
      ...own.map((path) => `${folder}/${path}`),
      ...linked.map(({ file }) => file.path),
    ],
    receipts: [receipt],
    lease: `${source}-${folder}`,
  };
}

/**
 * Returns the files of a snapshot. Next to links, or to files that a receipt has, a regular file that no receipt has is one of
 * the user; a cache on a file system without links has regular files only.
 */
function snapshotFiles(found: readonly NamedFile[], { entries }: ReceiptGroup): readonly NamedFile[] {
  const areListed = entries.size > 0 || found.some(({ file }) => !isPlain(file));
  return found.filter(({ path, file }) => !areListed || !isPlain(file) || entries.has(path));
}

function isPlain(file: ScannedFile): boolean {
  return hasContent(file) && file.target === null;
}

/** Returns the digest in the name of a blob: the sha256 of a large file, git's sha1 of a small one. */
function digestOf({ target }: ScannedFile): Digest | null {
  const hex = /\/blobs\/([0-9a-f]{40}|[0-9a-f]{64})$/.exec(target ?? '')?.[1];
  return hex === undefined ? null : { algorithm: hex.length === 64 ? 'sha256' : 'git-sha1', hex };
}

function looseBlobs({ files }: CachedRepo): {
  readonly partial: readonly ScannedFile[];
  readonly orphans: readonly ScannedFile[];
  readonly undecided: readonly ScannedFile[];
} {
  const targets = new Set([...files.values()].map(({ target }) => target));
  const blobs = [...files].filter(([path]) => path.startsWith('blobs/')).map(([, file]) => file);
  const complete = blobs.filter(({ path }) => /\/([0-9a-f]{40}|[0-9a-f]{64})$/.test(path));
  // a snapshot that cannot be read may have any blob
  const isUnread = [...files].some(([path, file]) => file.isUnread === true && /^snapshots(\/|$)/.test(path));
  return {
    partial: blobs.filter(({ path }) => path.endsWith('.incomplete')),
    orphans: isUnread ? [] : complete.filter(({ path }) => !targets.has(path)),
    undecided: isUnread ? complete : [],
  };
}

function mainFirst(a: string, b: string): number {
  if (a === 'main' || b === 'main') return a === b ? 0 : a === 'main' ? -1 : 1;
  return a < b ? -1 : 1;
}
