import type { StoreScan } from '../domain/store-scan.ts';
import { SOURCES } from '../source/sources.ts';

interface Linked {
  readonly path: string;
  readonly names: readonly string[];
  readonly contents: readonly string[];
}

/**
 * Returns the links that lead nowhere without an entry: through its names, or to a directory with them.
 * A link to the whole directory of a layout is another name of that directory, and not one of them.
 */
export function linksInto(links: StoreScan['links'], { path, names, contents }: Linked): readonly string[] {
  if (links.size === 0) return [];
  const own = new Set(names);
  const found = [...placesOf([path, ...names], contents)].flatMap((place) => links.get(place) ?? []);
  return [...new Set(found)].filter((link) => !own.has(link));
}

/** Returns names, and the directories of names and content in their layout, each once. */
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
