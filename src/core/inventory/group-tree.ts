import type { ScannedFile } from '../domain/store-scan.ts';
import { type GroupTree, hasContent, type ModelGroup, type ReceiptIndex, withReceipt } from './group.ts';
import { looksLikeModel } from './looks-like-model.ts';

/** Where ModelScope's tools and rma keep a repository, most special first: the owner, the name, and the revision if the path has it. */
const HOMES: readonly RegExp[] = [
  /^models\/(?<owner>[^/]+?)--(?<name>[^/]+)\/snapshots\/(?<revision>[^/]+)\//,
  /^(?:hub\/)?models\/(?<owner>[^/]+)\/(?<name>[^/]+)\//,
  /^hub\/(?!(?:models|datasets)\/)(?<owner>[^./][^/]*)\/(?<name>[^/]+)\//,
  /^(?!(?:hub|models|datasets|endpoints)\/)(?<owner>[^./][^/]*)\/(?<name>[^./][^/]*)\//,
];

/** Files with which ModelScope's tools describe a directory. */
const RECORD = /^(\.msc|\.mdl|\.mv|\.lock\/.*|\.cache\/.*)$/;

interface Home {
  /** id of the source, and scheme of its references */
  readonly source: string;
  readonly folder: string;
  readonly repo: string;
  readonly revision: string | null;
}

/** Groups ModelScope's directories: one model for each directory of a repository. */
export const groupTree: GroupTree = ({ source, files }, receipts) => {
  const partial = files.filter(({ path }) => /(^|\/)\._____temp\/|\.incomplete$/.test(path));
  const unfinished = new Set(partial);
  const rest = files.filter((file) => !unfinished.has(file));
  const homes = new Map<string, { readonly home: Home; readonly files: ScannedFile[] }>();
  for (const file of rest) {
    const home = homeOf(source ?? '', file.path);
    if (home === null) continue;
    const known = homes.get(home.folder) ?? { home, files: [] };
    known.files.push(file);
    homes.set(home.folder, known);
  }
  return {
    models: [...homes.values()].flatMap(({ home, files: own }) => modelOf(home, own, receipts) ?? []),
    partial,
    orphans: [],
    own: files.map(({ path }) => path).filter((path) => /^(\.lock|hub\/\.lock|models\/\.lock)\//.test(path)),
  };
};

function homeOf(source: string, path: string): Home | null {
  for (const form of HOMES) {
    const match = form.exec(path);
    const { owner, name, revision } = match?.groups ?? {};
    if (match === null || owner === undefined || name === undefined) continue;
    // ModelScope's older tools write a dot in a name as `___`
    return {
      source,
      folder: match[0].slice(0, -1),
      repo: `${owner}/${name.replaceAll('___', '.')}`,
      revision: revision ?? null,
    };
  }
  return null;
}

/** Returns null for a directory that consists of files of the user. */
function modelOf(
  { source, folder, repo, revision }: Home,
  files: readonly ScannedFile[],
  receipts: ReceiptIndex,
): ModelGroup | null {
  const own = folder === repo ? receipts.below(`${source}/${repo.replaceAll('/', '--')}`) : receipts.of([]);
  const all = files.map((file) => ({ path: file.path.slice(folder.length + 1), file }));
  // in a directory that only rma wrote, files without a receipt are those of the user
  const isOurs = own.entries.size > 0 && !all.some(({ path }) => RECORD.test(path));
  const named = isOurs ? all.filter(({ path }) => own.entries.has(path)) : all;
  const content = named.filter(({ path }) => !RECORD.test(path));
  const isDescribed = own.paths.length > 0 || content.length < named.length;
  if (!content.some(({ file }) => hasContent(file))) return null;
  if (!isDescribed && !looksLikeModel(content.map(({ path }) => path))) return null;
  return {
    path: folder,
    references: [...revisionsOf(own.paths, revision)].map((each) =>
      each === 'master' ? `${source}:${repo}` : `${source}:${repo}@${each}`,
    ),
    commit: null,
    files: content.flatMap(({ path, file }) =>
      hasContent(file) ? [withReceipt(own, { path, file, digest: null })] : [],
    ),
    missing: content.filter(({ file }) => !hasContent(file)).map(({ path }) => path),
    names: named.map(({ file }) => file.path),
    receipts: own.paths,
    lease: `${source}-${repo.replaceAll('/', '--')}`,
  };
}

/** Returns the revisions of a directory: those of its receipts, else that of its path, else the default branch. */
function revisionsOf(receipts: readonly string[], revision: string | null): ReadonlySet<string> {
  const recorded = receipts.map((path) => decodeURIComponent(path.replace(/^.*\/|\.json$/g, '')));
  return new Set(recorded.length > 0 ? recorded : [revision ?? 'master']);
}
