import { SOURCES } from '../source/sources.ts';

/** The sources whose models share content although each has a lease of its own. */
const SHARING = SOURCES.filter(({ store }) => store.layout === 'ollama');

/** Returns whether a lease is of a download that may use content of other models. */
export function isSharedLease(name: string): boolean {
  return SHARING.some(({ id }) => name.startsWith(`${id}-`));
}

/** Returns whether a running download may be about to use content: all models of an Ollama store share their blobs. */
export function isDownloaded(path: string, leases: readonly string[]): boolean {
  const source = SHARING.find(({ store }) => path.startsWith(`${store.directory}/`));
  return source !== undefined && leases.some((name) => name.startsWith(`${source.id}-`));
}
