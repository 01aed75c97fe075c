import type { ScannedFile } from '../domain/store-scan.ts';
import { formatModelRef } from '../source/parse-ref.ts';
import {
  type GroupTree,
  hasContent,
  judged,
  type ModelGroup,
  type ReceiptGroup,
  type ReceiptIndex,
} from './group.ts';

const HOME = /^([^/]+\/[^/]+)\/./;

/** Records of `hf download --local-dir` in a directory. */
const RECORD = /^\.cache\//;

/** Groups plain directories: each directory `ORG/NAME` is a model, from a source that only its receipts name. */
export const groupPlain: GroupTree = ({ source, files }, receipts) => {
  const homes = new Map<string, ScannedFile[]>();
  const loose: ScannedFile[] = [];
  for (const file of files) {
    const [, home] = HOME.exec(file.path) ?? [];
    const own = home === undefined ? loose : homes.get(home);
    if (own === undefined) homes.set(home ?? '', [file]);
    else own.push(file);
  }
  const models = [...homes].map(([repo, own]) => modelOf({ source: source ?? '', repo }, own, receipts));
  const targets = new Set(loose.length === 0 ? [] : files.map(({ target }) => target));
  const unknown = loose.filter(({ path }) => !targets.has(path));
  return { models, partial: [], orphans: [], own: [], unknown };
};

function modelOf(
  { source, repo }: { readonly source: string; readonly repo: string },
  files: readonly ScannedFile[],
  receipts: ReceiptIndex,
): ModelGroup {
  const key = repo.replace('/', '--');
  const own = receipts.below(`${source}/${key}`);
  const named = files.map((file) => ({ path: file.path.slice(repo.length + 1), file }));
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
      hasContent(file) ? [judged(own, { path, file, digest: null })] : [],
    ),
    missing: content.filter(({ file }) => !hasContent(file)).map(({ path }) => path),
    names: files.map(({ path }) => path),
    receipts: own.paths,
    lease: own.paths.length === 0 ? null : `${source}-${key}`,
  };
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
      ({ path, file }) => hasContent(file) && judged(receipt, { path, file, digest: null }).isVerified,
    )
  );
}

function commitOf(receipt: string): string {
  return receipt.replace(/^.*\/|\.json$/g, '');
}
