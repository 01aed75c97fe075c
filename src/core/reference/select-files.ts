import { matchGlob } from './glob.ts';
import { splitPart } from './split-files.ts';
import { weightCopies } from './weight-copies.ts';

export interface FileSelection<T> {
  readonly files: readonly T[];
  /** true if no file was left out */
  readonly complete: boolean;
}

/**
 * Selects the files of a reference: those that match its pattern, with the other parts of split GGUF models among them;
 * without a pattern all files, except copies of weights.
 */
export function selectFiles<T extends { readonly path: string }>(
  listing: readonly T[],
  pattern: string | null,
): FileSelection<T> {
  const paths = listing.map(({ path }) => path);
  const selected = pattern === null ? withoutCopies(paths) : matching(paths, pattern);
  const files = listing.filter(({ path }) => selected.has(path));
  return { files, complete: files.length === listing.length };
}

function withoutCopies(paths: readonly string[]): ReadonlySet<string> {
  const copies = weightCopies(paths);
  return new Set(paths.filter((path) => !copies.has(path)));
}

/** One part of a split GGUF model cannot be loaded without the others. */
function matching(paths: readonly string[], pattern: string): ReadonlySet<string> {
  const matched = paths.filter((path) => matchGlob(pattern, path));
  return new Set([...matched, ...splitParts(matched)]);
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
