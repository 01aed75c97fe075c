import { formatBytes } from '../units.ts';

/** Returns why a removal does not free some bytes, as a list of at most one text. */
export function notFreed(linkedBytes: number): readonly string[] {
  return linkedBytes === 0 ? [] : [`${formatBytes(linkedBytes)} not freed: other hard links to the files`];
}
