import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Whether a file can be moved between two paths by rename. Two mounts of one file system have the same device and yet
 * refuse it, so the mount points are compared, too. Paths need not exist: their nearest existing folder counts.
 */
export function sameFileSystem(a: string, b: string): boolean {
  const [one, two] = [nearestExisting(a), nearestExisting(b)];
  return statSync(one).dev === statSync(two).dev && mountPoint(one) === mountPoint(two);
}

/** The path itself or the first folder above it that exists. */
export function nearestExisting(path: string): string {
  const absolute = resolve(path);
  const parent = dirname(absolute);
  return statSync(absolute, { throwIfNoEntry: false }) !== undefined || parent === absolute
    ? absolute
    : nearestExisting(parent);
}

function mountPoint(path: string): string | null {
  return (
    mountPoints()
      .filter((point) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`))
      .sort((one, two) => two.length - one.length)[0] ?? null
  );
}

/** Fifth field of each line of mountinfo (proc(5)), with blanks and the like written as octal escapes. */
function mountPoints(): readonly string[] {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .flatMap((line) => line.split(' ')[4] ?? [])
      .map((point) =>
        point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
      );
  } catch {
    return [];
  }
}
