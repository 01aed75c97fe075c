import { EXIT, RmaError } from '../errors.ts';
import { keyedRef } from '../inventory/needed-by.ts';
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
  const key = keyedRef(name)?.key;
  return key !== undefined && record.references.some((each) => keyedRef(each)?.key === key);
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
