import { EXIT, RmaError } from '../errors.ts';
import { noMatch, selectionError } from '../hub/no-match.ts';
import { isProjector } from '../reference/gguf-models.ts';
import { pathsOf, selectFiles, splitParts } from '../reference/select-files.ts';
import { parseSelection } from '../reference/selection.ts';
import { assertSafePaths } from '../store/safe-path.ts';
import type { LeftOutFiles, RepositoryRef } from './repository.ts';

/** An entry of a repository's listing; `bytes` is null if the listing has no size. */
interface Entry {
  readonly path: string;
  readonly bytes: number | null;
}

/** What a reference selects of a repository, with the fields of its pinned model. */
export interface RepositorySelection<T> {
  readonly entries: readonly T[];
  readonly fields: {
    readonly complete: boolean;
    readonly copies?: LeftOutFiles;
    readonly projectors?: readonly string[];
  };
}

const SHOWN = 3;

/**
 * Selects the files of a reference from the listing of its repository.
 * @throws RmaError RMA_HUB_NO_MATCH (1), RMA_MODEL_REF_AMBIGUOUS (2); RMA_CONTENT_PART_MISSING, RMA_CONTENT_UNSAFE_PATH (6)
 */
export function selectRepository<T extends Entry>(
  ref: RepositoryRef,
  listing: readonly T[],
): RepositorySelection<T> {
  const fault = selectionError(ref, listing);
  if (fault !== null) throw fault;
  const { files, complete } = selectFiles(listing, ref.pattern);
  if (files.length === 0) throw noMatch(ref, listing);
  const paths = files.map(({ path }) => path);
  assertSafePaths(paths, ref.repo);
  if (ref.pattern !== null) {
    refuseMissingParts(ref, paths);
    return { entries: files, fields: { complete, ...unselectedProjectors(ref.pattern, listing, paths) } };
  }
  const found = new Set(paths);
  const copies = listing.filter(({ path }) => !found.has(path));
  return { entries: files, fields: { complete, ...(copies.length > 0 && { copies: summaryOf(copies) }) } };
}

function refuseMissingParts({ repo }: RepositoryRef, paths: readonly string[]): void {
  const found = new Set(paths);
  const missing = [...splitParts(paths)].filter((path) => !found.has(path));
  if (missing.length === 0) return;
  throw new RmaError(
    'RMA_CONTENT_PART_MISSING',
    `${repo} lacks ${missing.length} of the parts of a split model: ${missing.slice(0, SHOWN).join(', ')}`,
    {
      exitCode: EXIT.badContent,
      hint: 'choose another file or revision of the repository',
      details: { missing },
    },
  );
}

/** A vision model cannot read images without its projector, a GGUF file of its own. */
function unselectedProjectors(
  pattern: string,
  listing: readonly Entry[],
  paths: readonly string[],
): { readonly projectors?: readonly string[] } {
  const isModel = paths.some((path) => /\.gguf$/i.test(path) && !isProjector(path));
  if (!isModel || paths.some(isProjector)) return {};
  const excluded = parseSelection(pattern).filter(({ kind }) => kind === 'exclude');
  const found = listing.map(({ path }) => path).filter(isProjector);
  const projectors = found.filter((path) => !excluded.some((item) => pathsOf(item, [path]).length > 0));
  return projectors.length === 0 ? {} : { projectors: projectors.toSorted().slice(0, SHOWN) };
}

function summaryOf(copies: readonly Entry[]): LeftOutFiles {
  return {
    files: copies.length,
    bytes: copies.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    names: copies
      .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || (a.path < b.path ? -1 : 1))
      .slice(0, SHOWN)
      .map(({ path }) => path),
  };
}
