import { sourceOf } from '../source/sources.ts';
import { compileFilter, type FilterSubject } from './filter.ts';

/** Returns whether a subject matches all filters. `now`: milliseconds since the epoch. An invalid filter matches nothing. */
export function matchesAll(filters: readonly string[], subject: FilterSubject, now: number): boolean {
  return filters.every((text) => {
    const filter = compileFilter(text);
    return typeof filter !== 'string' && filter(subject, { now, isSource });
  });
}

/** Returns whether a name means a source: its ID, or the directory of its models, such as `local`. */
function isSource(source: string, name: string): boolean {
  return source === name || sourceOf({ source }).store.directory === name;
}
