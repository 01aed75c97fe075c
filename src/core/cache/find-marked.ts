import { EXIT, RmaError } from '../errors.ts';
import { keyedRef } from '../inventory/needed-by.ts';
import { sourceOf } from '../source/sources.ts';
import type { MarkedEntry } from './cache-view.ts';

/**
 * Returns the marked entries that names mean: IDs, references or paths; all without names.
 * @throws RmaError RMA_CACHE_NOT_MARKED (1)
 */
export function findMarked<T extends MarkedEntry>(
  marked: readonly T[],
  names: readonly string[],
): readonly T[] {
  if (names.length === 0) return marked;
  const found = new Set<T>();
  for (const name of names) {
    const matches = marked.filter((entry) => isMeant(entry, name));
    if (matches.length === 0) throw notMarked(marked, name);
    for (const each of matches) found.add(each);
  }
  return [...found];
}

function isMeant({ id, record }: MarkedEntry, name: string): boolean {
  if (name === id || name === record.name || name === record.path) return true;
  const key = keyOf(name, record.commit);
  return key !== null && record.references.some((each) => keyedRef(each)?.key === key);
}

/** Returns the key of a reference, whose revision may be the first digits of a commit, at least seven; null if it is none. */
function keyOf(name: string, commit: string | null): string | null {
  const keyed = keyedRef(name);
  if (keyed === null) return null;
  const { ref, key } = keyed;
  const { revision } = ref;
  const isShort = typeof revision === 'string' && /^[0-9a-f]{7,39}$/.test(revision);
  if (!isShort || commit?.startsWith(revision) !== true) return key;
  return keyedRef(sourceOf(ref).format({ ...ref, revision: commit }))?.key ?? null;
}

function notMarked(marked: readonly MarkedEntry[], name: string): RmaError {
  const others = marked.slice(0, 3).map(({ record }) => record.name);
  return new RmaError('RMA_CACHE_NOT_MARKED', `${name} is not marked for deletion`, {
    exitCode: EXIT.failed,
    hint:
      others.length === 0
        ? 'nothing is marked for deletion'
        : `marked entries: ${others.join(', ')}; to list all: rma cache ls --filter type=marked`,
  });
}
