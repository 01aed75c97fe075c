import type { ScannedFile, SummedDirectory } from '../domain/store-scan.ts';
import { formatModelRef } from '../source/parse-ref.ts';
import {
  type GroupTree,
  hasContent,
  type ModelGroup,
  type ReceiptGroup,
  type ReceiptIndex,
  withReceipt,
} from './group.ts';

/** The directory of a model. */
interface Home {
  readonly source: string;
  /** `ORG/NAME` */
  readonly repo: string;
}

const HOME = /^([^/]+\/[^/]+)\/./;

/** Records of `hf download --local-dir` in a directory. */
const RECORD = /^\.cache\//;

/** Groups plain directories: each directory `ORG/NAME` is a model, from a source that only its receipts name. */
export const groupPlain: GroupTree = (tree, receipts) => {
  const source = tree.source ?? '';
  const { files, summed = [] } = tree;
  const homes = new Map<string, ScannedFile[]>();
  const loose: ScannedFile[] = [];
  for (const file of files) {
    const [, home] = HOME.exec(file.path) ?? [];
    const own = home === undefined ? loose : homes.get(home);
    if (own === undefined) homes.set(home ?? '', [file]);
    else own.push(file);
  }
  const found = [...homes].map(([repo, own]) => ({
    own,
    model: modelOf({ source, repo }, own, receipts),
  }));
  const others = [...loose, ...found.flatMap(({ own, model }) => foreignFiles(own, model?.names ?? []))];
  const targets = new Set(others.length === 0 ? [] : files.map(({ target }) => target));
  const unknown = others.filter(({ path }) => !targets.has(path));
  const models = [...found.flatMap(({ model }) => model ?? []), ...summed.map(summedModel)];
  return { models, partial: [], orphans: [], own: [], unknown };
};

/** Returns the model of a directory that no receipt describes. */
function summedModel({ path, sums, list }: SummedDirectory): ModelGroup {
  return {
    sums,
    path,
    references: [],
    commit: null,
    get files() {
      return list()
        .filter(hasContent)
        .map((file) => ({ path: file.path.slice(path.length + 1), file, digest: null, isVerified: false }));
    },
    missing: [],
    get names() {
      return list().map((file) => file.path);
    },
    receipts: [],
    lease: null,
  };
}

/** Returns null for a directory that consists of files of the user. */
function modelOf(home: Home, files: readonly ScannedFile[], receipts: ReceiptIndex): ModelGroup | null {
  const { source, repo } = home;
  const own = receipts.below(receiptsFolder(home));
  const all = files.map((file) => ({ path: file.path.slice(repo.length + 1), file }));
  // in a directory that only rma wrote, files without a receipt are those of the user
  const isOurs = own.entries.size > 0 && !all.some(({ path }) => RECORD.test(path));
  const named = isOurs ? all.filter(({ path }) => own.entries.has(path)) : all;
  if (named.length === 0) return null;
  const content = named.filter(({ path }) => !RECORD.test(path));
  const describing = own.paths.filter((path) => describes(receipts.of([path]), content));
  // a directory has one commit at a time: the one whose receipt still describes its files
  const commits = (describing.length > 0 ? describing : own.paths).map(commitOf);
  return {
    path: repo,
    references: [],
    pinned: commits.map((revision) => formatModelRef({ source, repo, revision, pattern: null })),
    commit: commits.length === 1 ? (commits[0] ?? null) : null,
    files: content.flatMap(({ path, file }) =>
      hasContent(file) ? [withReceipt(own, { path, file, digest: null })] : [],
    ),
    missing: content.filter(({ file }) => !hasContent(file)).map(({ path }) => path),
    names: named.map(({ file }) => file.path),
    receipts: own.paths,
    lease: own.paths.length === 0 ? null : `${source}-${keyOf(home)}`,
  };
}

/** Returns the directory with the receipts of a plain directory, below that of all receipts. */
export function receiptsFolder(home: Home): string {
  return `${home.source}/${keyOf(home)}`;
}

function keyOf({ repo }: Home): string {
  return repo.replace('/', '--');
}

/** Returns the files in the directory of a model that are none of its names. */
function foreignFiles(files: readonly ScannedFile[], names: readonly string[]): readonly ScannedFile[] {
  if (names.length === files.length) return [];
  const own = new Set(names);
  return files.filter(({ path }) => !own.has(path));
}

/** Returns whether a receipt describes all of its files that are there. */
function describes(
  receipt: ReceiptGroup,
  content: readonly { readonly path: string; readonly file: ScannedFile }[],
) {
  const known = content.filter(({ path }) => receipt.entries.has(path));
  return (
    known.length > 0 &&
    known.every(
      ({ path, file }) => hasContent(file) && withReceipt(receipt, { path, file, digest: null }).isVerified,
    )
  );
}

function commitOf(receipt: string): string {
  return receipt.replace(/^.*\/|\.json$/g, '');
}
