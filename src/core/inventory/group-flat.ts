import type { ScannedFile } from '../domain/store-scan.ts';
import { splitPart } from '../reference/split-files.ts';
import { type GroupTree, hasContent, type ModelGroup, type ReceiptIndex, withReceipt } from './group.ts';

const FILE = /^([^/]+)\/([^/]+)$/;

/** Groups the files of `gguf/SET/NAME`: one model for each file, or for all parts of a split one. Files that are neither GGUF by name nor in a receipt are unknown. */
export const groupFlat: GroupTree = ({ files }, receipts) => {
  const models = new Map<string, ScannedFile[]>();
  for (const file of files) {
    const [, set, name] = FILE.exec(file.path) ?? [];
    if (set === undefined || name === undefined) continue;
    const first = splitPart(name)?.all[0] ?? name;
    if (!/\.gguf$/i.test(name) && receipts.at(receiptOf(set, first)) === null) continue;
    const key = `${set}/${first}`;
    models.set(key, [...(models.get(key) ?? []), file]);
  }
  return {
    models: [...models].map(([path, parts]) => modelOf(path, parts, receipts)),
    partial: [],
    orphans: [],
    own: [],
  };
};

function receiptOf(set: string, first: string): string {
  return `gguf/${set}/${first}.json`;
}

function modelOf(path: string, parts: readonly ScannedFile[], receipts: ReceiptIndex): ModelGroup {
  const [set = '', first = ''] = path.split('/');
  const receipt = receiptOf(set, first);
  const own = receipts.of([receipt]);
  const found = new Map(parts.map((file) => [file.path.slice(set.length + 1), file]));
  const names = splitPart(first)?.all ?? [first];
  const here = names.flatMap((name) => {
    const file = found.get(name);
    return file !== undefined && hasContent(file) ? [{ path: name, file, digest: null }] : [];
  });
  return {
    path,
    references: urlReference(receipts.at(receipt)?.from ?? null, set, first),
    commit: null,
    files: here.map((file) => withReceipt(own, file)),
    missing: names.filter((name) => !here.some((file) => file.path === name)),
    names: parts.map((file) => file.path),
    receipts: [receipt],
    lease: `gguf-${set}-${first}`,
  };
}

/** Returns the reference of a file by the URL of its receipt; none if that is no URL. */
function urlReference(from: string | null, set: string, name: string): readonly string[] {
  if (from === null || !URL.canParse(from)) return [];
  const options = [
    new URL(from).pathname.endsWith(`/${encodeURIComponent(name)}`) ? null : `as=${encodeURIComponent(name)}`,
    set === 'default' ? null : `set=${set}`,
  ].filter((option) => option !== null);
  return [options.length === 0 ? from : `${from}#${options.join('&')}`];
}
