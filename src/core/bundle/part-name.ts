/** Returns the name of a part of a split bundle; the first is part 1. */
export function partName(path: string, part: number): string {
  return `${path}.${String(part).padStart(3, '0')}`;
}

/** Returns the name of a bundle by that of its first part; null for any other name. */
export function splitName(path: string): string | null {
  return path.endsWith('.001') ? path.slice(0, -'.001'.length) : null;
}
