/** Most parts of a split bundle: their numbers have three digits. */
export const MAX_PARTS = 999;

/** Returns the name of a part of a split bundle; the first is part 1. */
export function partName(path: string, part: number): string {
  return `${path}.${String(part).padStart(3, '0')}`;
}

/** Returns the name of a bundle by that of one of its parts; null for any other name. */
export function splitName(path: string): string | null {
  return /^(.+)\.\d{3}$/s.exec(path)?.[1] ?? null;
}
