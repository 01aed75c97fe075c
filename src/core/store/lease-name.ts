import { sha256Hex } from '../hash.ts';

/** Longest directory name of a lease, bytes. */
const MAX_NAME = 200;

/** Returns the directory name of a lease: its key, shortened if file systems could not store it. */
export function leaseName(key: string): string {
  if (new TextEncoder().encode(key).length <= MAX_NAME) return key;
  return `${key.slice(0, 60)}-${sha256Hex(key)}`;
}

/** The lease of commands that move content away: downloads wait for it, and it keeps what they have a lease of. */
export const PRUNE_LEASE = 'prune';

/** The lease of a download that waits until it is known whether it fits next to the others. */
export const SPACE_LEASE = 'space';
