import { SOURCES } from '../source/sources.ts';
import type { CacheView } from './cache-view.ts';

interface Linked {
  readonly path: string;
  readonly names: readonly string[];
  readonly contents: readonly string[];
}

/**
 * Returns a link that leads nowhere without an entry: one through its names, or to a directory with them; null if there is none.
 * A link to the whole directory of a layout is another name of that directory, and keeps nothing.
 */
export function linkInto(links: CacheView['links'], { path, names, contents }: Linked): string | null {
  if (links.size === 0) return null;
  const own = new Set(names);
  for (const place of placesOf([path, ...names], contents)) {
    const found = links.get(place)?.find((from) => !own.has(from));
    if (found !== undefined) return found;
  }
  return null;
}

/** Returns names, and the directories of names and contents in their layout, each once. */
function placesOf(names: readonly string[], contents: readonly string[]): ReadonlySet<string> {
  const places = new Set(names);
  for (const name of [...names, ...contents]) {
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) {
      const folder = name.slice(0, at);
      if (places.has(folder) || !isInLayout(folder)) break;
      places.add(folder);
    }
  }
  return places;
}

function isInLayout(path: string): boolean {
  return SOURCES.some(({ store }) => path.startsWith(`${store.directory}/`));
}
