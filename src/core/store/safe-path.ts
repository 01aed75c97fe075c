import { EXIT, RmaError } from '../errors.ts';

const MAX_PART_BYTES = 255;
const MAX_PATH_BYTES = 1024;
const DEVICE_NAME = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Returns why a relative path could leave its directory or clash on some file system, under POSIX and Windows rules; null if it is safe. */
export function pathFault(path: string): string | null {
  if (path === '') return 'it is empty';
  if (path.startsWith('/')) return 'it is absolute';
  if (path.includes('\\')) return 'it contains a backslash';
  if (/\p{Surrogate}/u.test(path)) return 'it is not valid Unicode';
  if (/^[A-Za-z]:/.test(path)) return 'it contains a drive letter';
  if (byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  for (const part of path.split('/')) {
    const fault = partFault(part);
    if (fault !== null) return fault;
  }
  return null;
}

/**
 * Rejects file names of which one leaves its directory, two differ only by case, or one is also a directory.
 * @throws RmaError RMA_CONTENT_UNSAFE_PATH, exit 6
 */
export function assertSafePaths(paths: readonly string[], subject: string): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const fault = pathFault(path);
    if (fault !== null) throw unsafe(subject, path, fault);
    const folded = path.normalize('NFC').toLowerCase();
    const twin = seen.get(folded);
    if (twin !== undefined) throw unsafe(subject, path, `it conflicts with ${JSON.stringify(twin)}`);
    seen.set(folded, path);
  }
  for (const [folded, path] of seen) {
    for (let cut = folded.lastIndexOf('/'); cut > 0; cut = folded.lastIndexOf('/', cut - 1)) {
      if (seen.has(folded.slice(0, cut)))
        throw unsafe(subject, path, 'a file and a directory have the same name');
    }
  }
}

function partFault(part: string): string | null {
  if (part === '') return 'it contains an empty segment';
  if (part === '.' || part === '..') return `it contains "${part}"`;
  // parsers of JSON drop a key of this name, also those of other tools
  if (part === '__proto__') return 'a segment is "__proto__"';
  if ([...part].some((char) => char < ' ' || char === '\u007f')) return 'it contains a control character';
  if (byteLength(part) > MAX_PART_BYTES) return `a segment is longer than ${MAX_PART_BYTES} bytes`;
  if (DEVICE_NAME.test(part)) return `"${part}" is a device name`;
  return null;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function unsafe(subject: string, path: string, fault: string): RmaError {
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
