import { listedHash, ownHash } from '../hub/sidecar-hash.ts';
import { ask, type Dialog } from './source.ts';
import type { UrlFile } from './url-reference.ts';

/** A hash that a server publishes in a file next to the content. */
export interface SidecarHash {
  /** 64 hex digits */
  readonly sha256: string;
  /** name of the file that has it */
  readonly from: string;
}

const LIST = 'SHA256SUMS';

/** A list of the hashes of a directory has a line for each file. */
const MAX_LIST = 256 * 1024;

/**
 * Requests the hashes of files without a published one: `SHA256SUMS` in their directory, else `FILE.sha256` next to each.
 * Each is requested once, without retries; a server without them is the normal case. By path of the file.
 */
export function* sidecarHashes(files: readonly UrlFile[]): Dialog<ReadonlyMap<string, SidecarHash>> {
  const found = new Map<string, SidecarHash>();
  const [first] = files;
  if (first === undefined) return found;
  const list = yield* read(beside(first.url, () => LIST));
  for (const { path, url } of files) {
    const sha256 = list === null ? null : listedHash(list, nameOf(url));
    if (sha256 !== null) found.set(path, { sha256, from: LIST });
  }
  for (const { path, url } of files.filter((file) => !found.has(file.path))) {
    const from = `${nameOf(url)}.sha256`;
    const text = yield* read(beside(url, (name) => `${name}.sha256`));
    // the parts of a split model have one each, or none
    if (text === null) break;
    const sha256 = ownHash(text, nameOf(url));
    if (sha256 !== null) found.set(path, { sha256, from });
  }
  return found;
}

function* read(url: string): Dialog<string | null> {
  const { status, headers, text } = yield* ask({ url, once: true, maxBytes: MAX_LIST });
  return status === 200 && !/^text\/html\b/i.test(headers['content-type'] ?? '') ? text : null;
}

/** Returns the URL of a file in the same directory; a query belongs to the content. */
function beside(url: string, rename: (name: string) => string): string {
  const parsed = new URL(url);
  parsed.pathname = parsed.pathname.replace(/[^/]*$/, rename);
  parsed.search = '';
  return parsed.href;
}

function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
