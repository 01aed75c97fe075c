/** Returns whether an absolute POSIX path without `..` is the directory or in it. */
export function isWithin(path: string, directory: string): boolean {
  return withSlash(path).startsWith(withSlash(directory));
}

/** Returns whether one of two paths is the other or in it. */
export function overlaps(a: string, b: string): boolean {
  return isWithin(a, b) || isWithin(b, a);
}

function withSlash(path: string): string {
  return `${path.replace(/\/+$/, '')}/`;
}
