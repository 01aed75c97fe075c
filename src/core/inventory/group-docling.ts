import type { ScannedFile } from '../domain/store-scan.ts';
import { type GroupTree, hasContent, type ModelGroup, type ReceiptIndex, withReceipt } from './group.ts';
import { groupBy } from './group-by.ts';
import { looksLikeModel } from './looks-like-model.ts';

/** Records of `docling-tools` and `hf download --local-dir` in a directory. */
const RECORD = /^[^/]+\/\.cache\//;
const DIRECTORY = /^([^/]+)\/./;

/**
 * Groups the models of docling: one for each receipt, which may share files, and one for each directory of another program
 * that no receipt describes.
 */
export const groupDocling: GroupTree = ({ source, files }, receipts) => {
  const id = source ?? '';
  const described = receipts.below(id);
  const content = new Map(files.map((file) => [file.path, file]));
  const owned = new Set(described.entries.keys());
  const shared = new Set([...owned].map(directoryOf));
  const rest = groupBy(
    files.filter(({ path }) => !owned.has(path)),
    ({ path }) => directoryOf(path),
  );
  const foreign = [...rest].filter(
    ([directory, own]) =>
      directory !== '' && !shared.has(directory) && looksLikeModel(own.map(({ path }) => path)),
  );
  return {
    models: [
      ...described.paths.flatMap((path) => modelOf({ id, path }, content, receipts) ?? []),
      ...foreign.map(([directory, own]) => foreignModel(directory, own)),
    ],
    partial: [],
    orphans: [],
    sharesFiles: true,
    own: files.map(({ path }) => path).filter((path) => RECORD.test(path) && shared.has(directoryOf(path))),
  };
};

/** Returns the model of a receipt; null if none of its files is there. */
function modelOf(
  { id, path }: { readonly id: string; readonly path: string },
  content: ReadonlyMap<string, ScannedFile>,
  receipts: ReceiptIndex,
): ModelGroup | null {
  const own = receipts.of([path]);
  const names = [...own.entries.keys()];
  const files = names.flatMap((name) => {
    const file = content.get(name);
    return file !== undefined && hasContent(file)
      ? [withReceipt(own, { path: name, file, digest: null })]
      : [];
  });
  if (files.length === 0) return null;
  const found = new Set(files.map((file) => file.path));
  const [ref = ''] = receipts.at(path)?.from.split(' ') ?? [];
  return {
    path: path.slice(id.length + 1, -'.json'.length),
    references: [ref],
    commit: null,
    files,
    missing: names.filter((name) => !found.has(name)),
    // its files are content that other references may use
    names: [],
    receipts: [path],
    lease: id,
  };
}

function foreignModel(directory: string, files: readonly ScannedFile[]): ModelGroup {
  const content = files.filter(({ path }) => !RECORD.test(path));
  return {
    path: directory,
    references: [],
    commit: null,
    files: content.filter(hasContent).map((file) => ({
      path: file.path.slice(directory.length + 1),
      file,
      digest: null,
      isVerified: false,
    })),
    missing: [],
    names: files.map(({ path }) => path),
    receipts: [],
    lease: null,
  };
}

function directoryOf(path: string): string {
  return DIRECTORY.exec(path)?.[1] ?? '';
}
