import type { ModelRef } from '../domain/model-ref.ts';
import { redact } from '../redact.ts';
import { isGgufPiece, type SplitPart, splitPart } from '../reference/split-files.ts';
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
export const DEFAULT_SET = 'default';

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
  refusePartAlone(text, ref);
  refusePiece(text, ref);
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

/** A file to download, and where it is. */
export interface UrlFile {
  /** file name in the set */
  readonly path: string;
  readonly url: string;
  /** of the content; null if the reference has none for this file */
  readonly sha256: string | null;
}

/**
 * Returns the files of a reference: one, or all parts of a split model, whichever part it names. The hash of the reference
 * is that of the named part. The names of the parts keep their numbers, because engines find the parts by them.
 */
export function urlFiles(ref: UrlRef): readonly UrlFile[] {
  const name = urlFileName(ref) ?? '';
  const named = urlPart(ref.url);
  if (named === null) return [{ path: name, url: ref.url, sha256: ref.sha256 }];
  const names = splitPart(name)?.all ?? splitPart(partName(name, named))?.all ?? [];
  return names.map((path, at) => ({
    path,
    url: partUrl(ref.url, at + 1),
    sha256: at + 1 === named.part ? ref.sha256 : null,
  }));
}

/** Returns the URL of another part of the split model that a URL names. */
export function partUrl(url: string, part: number): string {
  const parsed = new URL(url);
  const number = String(part).padStart(5, '0');
  parsed.pathname = parsed.pathname.replace(/-\d{5}(-of-\d{5}\.[A-Za-z0-9]+)$/, `-${number}$1`);
  return parsed.href;
}

function urlPart(url: string): SplitPart | null {
  return splitPart(new URL(url).pathname);
}

/** Returns the name of a part for a chosen name without numbers. */
function partName(name: string, { part, parts }: SplitPart): string {
  const [number, count] = [part, parts].map((value) => String(value).padStart(5, '0'));
  const dot = name.lastIndexOf('.');
  const cut = dot > 0 ? dot : name.length;
  return `${name.slice(0, cut)}-${number}-of-${count}${name.slice(cut) || '.gguf'}`;
}

/** Rejects the name of one part for a URL that does not name the same part: the other parts cannot be found. */
function refusePartAlone(text: string, ref: UrlRef): void {
  const part = splitPart(urlFileName(ref) ?? '');
  const named = urlPart(ref.url);
  if (part === null || (part.part === named?.part && part.parts === named.parts)) return;
  const others = part.all.filter((_, at) => at + 1 !== part.part).slice(0, 3);
  throw invalid(
    text,
    `"${ref.as ?? ''}" is one part of a split model, but the URL does not name that part, so ${others.join(', ')} cannot be found`,
  );
}

/** Rejects a piece of a file that was cut, whatever name it gets. */
function refusePiece(text: string, ref: UrlRef): void {
  const name = [urlFileName({ ...ref, as: null }), ref.as].find((each) => isGgufPiece(each ?? ''));
  if (name === undefined) return;
  throw invalid(
    text,
    `"${name}" is a piece of a file that was cut at arbitrary bytes, which engines cannot load; use a model split with llama-gguf-split, or a smaller one`,
  );
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
