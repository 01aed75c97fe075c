import { matchGlob } from './glob.ts';
import { ggufFiles, safetensorsFiles, tokenizerFiles } from './presets.ts';
import { parseSelection, type SelectionItem } from './selection.ts';
import { splitPart } from './split-files.ts';
import { weightCopies } from './weight-copies.ts';

export interface FileSelection<T> {
  readonly files: readonly T[];
  /** true if no file was left out */
  readonly complete: boolean;
}

/**
 * Selects the files of a reference: those that its selection includes and does not exclude, with the other parts of split
 * GGUF models among them; without a selection all files, except copies of weights.
 */
export function selectFiles<T extends { readonly path: string }>(
  listing: readonly T[],
  pattern: string | null,
): FileSelection<T> {
  const paths = listing.map(({ path }) => path);
  const selected = selectedPaths(paths, pattern === null ? [] : parseSelection(pattern));
  const files = listing.filter(({ path }) => selected.has(path));
  return { files, complete: files.length === listing.length };
}

/** Returns the paths that one item selects. */
export function pathsOf(item: SelectionItem, paths: readonly string[]): readonly string[] {
  if (item.kind === 'tokenizer') return tokenizerFiles(paths);
  if (item.kind === 'safetensors') return safetensorsFiles(paths);
  if (item.kind === 'gguf') return ggufFiles(paths, item.quantization);
  return paths.filter((path) => matchGlob(item.glob, path));
}

function selectedPaths(paths: readonly string[], items: readonly SelectionItem[]): ReadonlySet<string> {
  const included = items.filter(({ kind }) => kind !== 'exclude');
  const excluded = new Set(
    items.filter(({ kind }) => kind === 'exclude').flatMap((item) => pathsOf(item, paths)),
  );
  const found =
    included.length === 0 ? withoutCopies(paths) : included.flatMap((item) => pathsOf(item, paths));
  const selected = found.filter((path) => !excluded.has(path));
  // one part of a split GGUF model cannot be loaded without the others
  return new Set([...selected, ...splitParts(selected)]);
}

function withoutCopies(paths: readonly string[]): readonly string[] {
  const copies = weightCopies(paths);
  return paths.filter((path) => !copies.has(path));
}

/** Returns all parts of the split GGUF models among the paths, also those that are not among them. */
export function splitParts(paths: readonly string[]): ReadonlySet<string> {
  const splits = new Map<string, readonly string[]>();
  for (const path of paths) {
    const split = /\.gguf$/i.test(path) ? splitPart(path) : null;
    if (split !== null) splits.set(split.all[0] ?? path, split.all);
  }
  return new Set([...splits.values()].flat());
}

/** Returns at most `limit` paths that are most similar to a pattern, best first, for the error if nothing matched. */
export function nearestPaths(paths: readonly string[], pattern: string, limit: number): readonly string[] {
  const isSelected = bigrams(pattern);
  const score = (path: string): number => {
    const own = bigrams(path);
    const shared = [...isSelected].filter((pair) => own.has(pair)).length;
    return shared / Math.max(1, isSelected.size + own.size - shared);
  };
  return paths
    .map((path) => ({ path, score: score(path) }))
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1))
    .slice(0, limit)
    .map(({ path }) => path);
}

function bigrams(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  return new Set(Array.from({ length: Math.max(0, lower.length - 1) }, (_, at) => lower.slice(at, at + 2)));
}
