import { sha256Hex } from '../hash.ts';

const HASH_LENGTH = 8;

/** Returns a name with at most this many characters: the hash of the name replaces what does not fit. */
export function shortName(name: string, maxLength: number): string {
  if (name.length <= maxLength) return name;
  const hash = sha256Hex(name).slice(0, HASH_LENGTH);
  return `${name.slice(0, maxLength - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}
