import { SOURCES } from '../source/sources.ts';
import type { StoreLink } from './cache-view.ts';

interface Linked {
  readonly path: string;
  readonly names: readonly string[];
  readonly contents: readonly string[];
}

/**
 * Returns a link that leads nowhere without an entry: one through its names, or to a directory with them; null if there is none.
 * A link to the whole directory of a layout is another name of that directory, and keeps nothing.
 */
export function linkInto(links: readonly StoreLink[], { path, names, contents }: Linked): string | null {
  if (links.length === 0) return null;
  const own = new Set(names);
  const all = [path, ...names, ...contents];
  const leadsTo = ({ to }: StoreLink) =>
    own.has(to) ||
    to === path ||
    to.startsWith(`${path}/`) ||
    (isInLayout(to) && all.some((name) => name.startsWith(`${to}/`)));
  return links.find((link) => !own.has(link.from) && leadsTo(link))?.from ?? null;
}

function isInLayout(path: string): boolean {
  return SOURCES.some(({ store }) => path.startsWith(`${store.directory}/`));
}
