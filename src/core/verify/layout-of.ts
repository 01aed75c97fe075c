import { SOURCES } from '../source/sources.ts';

/** Returns the layout of a source's directory; null for files outside all layouts. */
export function layoutOf({ source }: { readonly source: string | null }): string | null {
  return SOURCES.find(({ id }) => id === source)?.store.layout ?? null;
}
