import { createHash } from 'node:crypto';
import { type Content, type ContentSource, contentOf, gitBlobIdOf, sha256Of } from './content.ts';

/** A file of a repository; without `lfs` the hub decides by name and size, like .gitattributes. */
export type FileSpec = ContentSource | { readonly content: ContentSource; readonly lfs?: boolean };

export type FileSpecs = Readonly<Record<string, FileSpec>>;

export interface RevisionSpec {
  readonly files: FileSpecs;
  readonly kind?: 'branch' | 'tag';
}

/** A repository as data. The same data has the same commits. */
export interface RepoSpec {
  /** The files of the branch `main`. */
  readonly files: FileSpecs;
  /** More branches and tags by name, `refs/pr/1` too. */
  readonly revisions?: Readonly<Record<string, RevisionSpec>>;
  /** Visible to everyone, but only readers can download its files. */
  readonly gated?: boolean;
  /** Visible only to readers. */
  readonly private?: boolean;
  /** Users with access to a gated or private repository; default: every user. */
  readonly readers?: readonly string[];
}

export interface HubFile {
  readonly path: string;
  readonly content: Content;
  readonly lfs: boolean;
  readonly sha256: string;
  /** The git id of the file, or of the pointer of an LFS file. */
  readonly oid: string;
  /** Bytes of the LFS pointer; 0 for a plain file. */
  readonly pointerSize: number;
}

export interface Commit {
  readonly sha: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

export interface Ref {
  readonly kind: 'branch' | 'tag';
  readonly commit: Commit;
}

export interface Repo {
  readonly name: string;
  readonly spec: RepoSpec;
  readonly refs: ReadonlyMap<string, Ref>;
  /** All published versions, by commit. */
  readonly commits: ReadonlyMap<string, Commit>;
}

/** Builds the repository; the commits of `before`, its previous version, stay reachable. */
export function buildRepo(name: string, spec: RepoSpec, before?: Repo): Repo {
  const refs = new Map<string, Ref>([['main', { kind: 'branch', commit: buildCommit(name, spec.files) }]]);
  for (const [revision, { files, kind = 'branch' }] of Object.entries(spec.revisions ?? {})) {
    refs.set(revision, { kind, commit: buildCommit(name, files) });
  }
  const commits = new Map(before?.commits);
  for (const { commit } of refs.values()) commits.set(commit.sha, commit);
  return { name, spec, refs, commits };
}

/** Returns the commit of a branch, a tag or a full commit id. */
export function findCommit(repo: Repo, revision: string): Commit | undefined {
  return repo.refs.get(revision)?.commit ?? repo.commits.get(revision);
}

/** Returns the files with their hashes, and a commit id computed from them and the name. */
export function buildCommit(name: string, specs: FileSpecs): Commit {
  const files = Object.entries(specs)
    .map(([path, spec]) => buildFile(path, spec))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const hash = createHash('sha1').update(`${name}\0`);
  for (const { path, oid } of files) hash.update(`${oid} ${path}\0`);
  return { sha: hash.digest('hex'), files: new Map(files.map((file) => [file.path, file])) };
}

function buildFile(path: string, spec: FileSpec): HubFile {
  const { content: source, lfs: asked } =
    typeof spec === 'object' && 'content' in spec ? spec : { content: spec, lfs: undefined };
  const content = contentOf(source);
  const lfs = asked ?? isLfsByDefault(path, content.size);
  const sha256 = sha256Of(content);
  if (!lfs) return { path, content, lfs, sha256, oid: gitBlobIdOf(content), pointerSize: 0 };
  const pointer = contentOf(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${content.size}\n`,
  );
  return { path, content, lfs, sha256, oid: gitBlobIdOf(pointer), pointerSize: pointer.size };
}

function isLfsByDefault(path: string, size: number): boolean {
  const LARGEST_PLAIN = 10 * 1024 * 1024;
  return size > LARGEST_PLAIN || /\.(gguf|safetensors|bin|onnx|pt|pth|h5|model)$/.test(path);
}
