import { EXIT, RmaError } from '../errors.ts';

const MAX_PART_BYTES = 255;
const MAX_PATH_BYTES = 1024;
/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Returns why a relative path could leave its directory, under POSIX and Windows rules; null if it is safe. */
export function pathFault(path: string): string | null {
  if (path === '') return 'it is empty';
  if (path.startsWith('/')) return 'it is absolute';
  if (path.includes('\\')) return 'it contains a backslash';
  if (/\p{Surrogate}/u.test(path)) return 'it is not valid Unicode';
  if (/^[A-Za-z]:/.test(path)) return 'it contains a drive letter';
  if (isLonger(path, MAX_PATH_BYTES)) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  for (const part of path.split('/')) {
    const fault = partFault(part);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * Rejects file names of which one leaves its directory, two are the same, or one is also a directory. Names that differ by
 * case only are left to the file system of the store: see `clashingPaths`.
 * @throws RmaError RMA_CONTENT_UNSAFE_PATH, exit 6
 */
export function assertSafePaths(paths: readonly string[], subject: string): void {
  const found = unsafePath(paths);
  if (found !== null) throw unsafe(subject, found);
}

/** A file name that cannot be used, and why. */
export interface UnsafePath {
  readonly path: string;
  readonly fault: string;
}

/** Returns the first file name that leaves its directory, is there twice, or is also a directory; null without one. */
export function unsafePath(paths: readonly string[]): UnsafePath | null {
  const seen = new Set<string>();
  for (const path of paths) {
    const fault = pathFault(path) ?? (seen.has(path) ? `it conflicts with ${JSON.stringify(path)}` : null);
    if (fault !== null) return { path, fault };
    seen.add(path);
  }
  const both = [...seen].find((path) => parentsOf(path).some((parent) => seen.has(parent)));
  return both === undefined ? null : { path: both, fault: 'a file and a directory have the same name' };
}

/**
 * Returns paths that some file systems cannot hold in one directory, or at all, in groups: names that differ only by case
 * or by their form of Unicode (macOS, Windows, exFAT, `casefold` of ext4), and names of devices on Windows (`aux`, `nul.txt`).
 */
export function clashingPaths(paths: readonly string[]): readonly (readonly string[])[] {
  const byFolded = new Map<string, string[]>();
  for (const path of paths) byFolded.set(folded(path), [...(byFolded.get(folded(path)) ?? []), path]);
  const twins = [...byFolded.values()].filter((group) => group.length > 1);
  const fileAndDirectory = paths.flatMap((path) =>
    parentsOf(folded(path)).flatMap((parent) => (byFolded.get(parent) ?? []).map((file) => [file, path])),
  );
  const devices = paths.filter((path) => path.split('/').some((part) => DEVICE_NAME.test(part)));
  return [...twins, ...fileAndDirectory, ...devices.map((path) => [path])];
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase();
}

/** Returns the directories of a path, the innermost first. */
function parentsOf(path: string): readonly string[] {
  const cut = path.lastIndexOf('/');
  if (cut <= 0) return [];
  const parent = path.slice(0, cut);
  return [parent, ...parentsOf(parent)];
}

function partFault(part: string): string | null {
  if (part === '') return 'it contains an empty segment';
  if (part === '.' || part === '..') return `it contains "${part}"`;
  // parsers of JSON drop a key of this name, also those of other tools
  if (part === '__proto__') return 'a segment is "__proto__"';
  if (hasControls(part)) return 'it contains a control character';
  if (isLonger(part, MAX_PART_BYTES)) return `a segment is longer than ${MAX_PART_BYTES} bytes`;
  return null;
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Returns whether a text has more bytes in UTF-8, where a UTF-16 unit has at most three. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function unsafe(subject: string, { path, fault }: UnsafePath): RmaError {
  return new RmaError(
    'RMA_CONTENT_UNSAFE_PATH',
    `unsafe file name ${JSON.stringify(path)} in ${subject}: ${fault}`,
    {
      exitCode: EXIT.badContent,
      hint: 'do not use this repository, or select safe files with a pattern: hf:org/repo:PATTERN',
      details: { path },
    },
  );
}
