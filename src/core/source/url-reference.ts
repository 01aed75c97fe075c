import type { ModelRef } from '../domain/model-ref.ts';
import { redact } from '../redact.ts';
import { pathFault } from '../store/safe-path.ts';
import { malformed } from './malformed.ts';

export interface UrlRef extends ModelRef {
  readonly source: 'url';
  readonly url: string;
  /** of the content; null if the reference has none */
  readonly sha256: string | null;
  /** directory below `gguf/` */
  readonly set: string;
  /** file name in the set; null: the last part of the URL's path */
  readonly as: string | null;
}

export const URL_GRAMMAR = 'https://host/path/name.gguf[#sha256=HEX&as=NAME.gguf&set=NAME]';

/** Set of a reference without `set=`. */
const DEFAULT_SET = 'default';

const SET = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Longest file name, short enough for the names of rma's own records of it. */
const MAX_NAME = 200;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Parses `https://host/path/name.gguf[#sha256=HEX&as=NAME.gguf&set=NAME]`.
 * @throws RmaError RMA_MODEL_REF_INVALID exit 2
 */
export function parseUrlRef(text: string): UrlRef {
  const url = URL.canParse(text) && !/[\s\\]/.test(text) ? new URL(text) : null;
  if (url === null) throw invalid(text, 'it is not a URL');
  refuseSecrets(text, url);
  const options = fragmentOptions(text, url.hash);
  const sha256 = options.get('sha256')?.toLowerCase() ?? null;
  if (sha256 !== null && !SHA256.test(sha256)) throw invalid(text, 'sha256= requires 64 hexadecimal digits');
  const set = options.get('set') ?? DEFAULT_SET;
  if (!SET.test(set)) throw invalid(text, `"${set}" is not a set name (lower-case letters, digits, . _ -)`);
  const as = options.get('as') ?? null;
  if (as !== null && !isFileName(as)) throw invalid(text, `"${as}" is not a plain file name`);
  url.hash = '';
  const ref: UrlRef = { source: 'url', url: url.href, sha256, set, as };
  if (urlFileName(ref) === null)
    throw invalid(text, 'its path does not end in a file name; set one with #as=NAME');
  return ref;
}

/** Returns the shortest text that `parseUrlRef` reads back to the same reference. */
export function formatUrlRef({ url, sha256, as, set }: UrlRef): string {
  const options = [
    sha256 === null ? null : `sha256=${sha256}`,
    as === null ? null : `as=${encodeURIComponent(as)}`,
    set === DEFAULT_SET ? null : `set=${set}`,
  ].filter((option) => option !== null);
  return options.length === 0 ? url : `${url}#${options.join('&')}`;
}

/** Returns the file name that a direct URL gets in its set: the chosen one, else the last segment of the URL's path; null if there is none. */
export function urlFileName({ url, as }: UrlRef): string | null {
  if (as !== null) return as;
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  const name = decoded(last);
  return name === null || !isFileName(name) ? null : name;
}

/** Rejects secrets, because references are written to generated files and labels. */
function refuseSecrets(text: string, url: URL): void {
  if (url.username !== '' || url.password !== '') {
    throw invalid(text, 'a URL with a user name or password would be written to generated files');
  }
  if (redact(url.href) !== url.href) {
    throw invalid(text, 'a URL with a signature or token would be written to generated files');
  }
}

function fragmentOptions(text: string, hash: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const item of hash.replace(/^#/, '').split('&').filter(Boolean)) {
    const [key = '', ...rest] = item.split('=');
    const value = decoded(rest.join('='));
    if (!['sha256', 'as', 'set'].includes(key) || value === null || value === '' || options.has(key)) {
      throw invalid(text, `"#${item}" is not an option of a URL reference`);
    }
    options.set(key, value);
  }
  return options;
}

function isFileName(name: string): boolean {
  return !name.includes('/') && pathFault(name) === null && encodeURIComponent(name).length <= MAX_NAME;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function invalid(text: string, reason: string): Error {
  return malformed(text, reason, URL_GRAMMAR);
}
