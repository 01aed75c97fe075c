import type { ScannedFile } from '../domain/store-scan.ts';
import { type GroupTree, hasContent } from './group.ts';

const LOCAL = /^local\/[^/]+\/[^/]+(?=\/)/;

/** Groups the files outside all layouts: each directory `local/ORG/NAME` is a model; the others are unknown. */
export const groupLocal: GroupTree = ({ files }) => {
  const folders = new Map<string, ScannedFile[]>();
  for (const file of files) {
    const [folder] = LOCAL.exec(file.path) ?? [];
    if (folder !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const models = [...folders].map(([path, own]) => ({
    path,
    references: [],
    commit: null,
    files: own.filter(hasContent).map((file) => ({
      path: file.path.slice(path.length + 1),
      file,
      digest: null,
      isVerified: false,
    })),
    missing: own.filter((file) => !hasContent(file)).map((file) => file.path.slice(path.length + 1)),
    names: own.map((file) => file.path),
    receipts: [],
    lease: null,
  }));
  return { models, partial: [], orphans: [], own: [] };
};
