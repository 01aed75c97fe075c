import { EXIT, RmaError } from '../errors.ts';
import { redact } from '../redact.ts';
import { pathFault } from '../store/safe-path.ts';
import type { ModelRef } from './model-ref.ts';
import { formatOllamaRef, parseOllamaRef } from './parse-ollama-ref.ts';
import { formatRepoRef, parseRepoRef, type RepoRef } from './repo-ref.ts';

/** The default set of a direct URL. */
export const DEFAULT_SET = 'default';

/** The default revisions on the Hugging Face hub and on ModelScope. */
const HF_REVISION = 'main';
const MS_REVISION = 'master';

const GRAMMAR =
  'use hf:org/repo[@revision][:pattern], ollama:[host/][namespace/]name[:tag], ms:org/repo[@revision][:pattern] or https://host/path/name.gguf[#sha256=HEX&as=NAME.gguf&set=NAME]';

const SET = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Longest file name, short enough for the names of rma's own records of it. */
const MAX_NAME = 200;
const SHA256 = /^[0-9a-f]{64}$/;
const FUTURE_SOURCES = new Map([['docling', 'a docling model bundle']]);

/**
 * Parses a model reference.
 * @throws RmaError RMA_MODEL_REF_INVALID or RMA_MODEL_SOURCE_UNSUPPORTED, exit 2
 */
export function parseModelRef(text: string): ModelRef {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'hf') return { source: 'hf', ...repoRef(text, HF_REVISION) };
  if (scheme === 'ms') return { source: 'ms', ...repoRef(text, MS_REVISION) };
  if (scheme === 'ollama') return parseOllamaRef(text);
  if (scheme === 'https' || scheme === 'http') return parseUrlRef(text);
  const future = scheme === undefined ? undefined : FUTURE_SOURCES.get(scheme);
  if (future !== undefined) {
    throw new RmaError(
      'RMA_MODEL_SOURCE_UNSUPPORTED',
      `model reference "${text}" is ${future}, which this version does not support`,
      { exitCode: EXIT.usage, hint: GRAMMAR },
    );
  }
  throw invalid(text, 'unknown source prefix', suggestion(text));
}

/** Returns the canonical text of a reference: `parseModelRef` parses it to the same value. */
export function formatModelRef(ref: ModelRef): string {
  if (ref.source === 'hf') return `hf:${formatRepoRef(ref, HF_REVISION)}`;
  if (ref.source === 'ms') return `ms:${formatRepoRef(ref, MS_REVISION)}`;
  if (ref.source === 'ollama') return formatOllamaRef(ref);
  const options = [
    ref.sha256 === null ? null : `sha256=${ref.sha256}`,
    ref.as === null ? null : `as=${encodeURIComponent(ref.as)}`,
    ref.set === DEFAULT_SET ? null : `set=${ref.set}`,
  ].filter((option) => option !== null);
  return options.length === 0 ? ref.url : `${ref.url}#${options.join('&')}`;
}

/** Returns the file name of a direct URL in its set: the chosen one, else the last segment of the URL's path; null if there is none. */
export function urlFileName(ref: Extract<ModelRef, { source: 'url' }>): string | null {
  if (ref.as !== null) return ref.as;
  const last = new URL(ref.url).pathname.split('/').at(-1) ?? '';
  const name = decoded(last);
  return name === null || !isFileName(name) ? null : name;
}

function repoRef(text: string, defaultRevision: string): RepoRef {
  const ref = parseRepoRef(text.slice(text.indexOf(':') + 1), defaultRevision);
  if (typeof ref === 'string') throw invalid(text, ref);
  return ref;
}

function parseUrlRef(text: string): ModelRef {
  const url = URL.canParse(text) && !/[\s\\]/.test(text) ? new URL(text) : null;
  if (url === null || url.hostname === '') throw invalid(text, 'it is not a URL');
  refuseSecrets(text, url);
  const options = fragmentOptions(text, url.hash);
  const sha256 = options.get('sha256')?.toLowerCase() ?? null;
  if (sha256 !== null && !SHA256.test(sha256)) throw invalid(text, 'sha256= requires 64 hexadecimal digits');
  const set = options.get('set') ?? DEFAULT_SET;
  if (!SET.test(set)) throw invalid(text, `"${set}" is not a set name (lower-case letters, digits, . _ -)`);
  const as = options.get('as') ?? null;
  if (as !== null && !isFileName(as)) throw invalid(text, `"${as}" is not a plain file name`);
  url.hash = '';
  const ref = { source: 'url', url: url.href, sha256, set, as } as const;
  if (urlFileName(ref) === null)
    throw invalid(text, 'its path does not end in a file name; set one with #as=NAME');
  return ref;
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

function suggestion(text: string): string | undefined {
  if (/^[\w.-]+\/[\w.-]+(@[^:]+)?(:.+)?$/.test(text)) return `did you mean hf:${text}?`;
  return /^\w[\w.-]*:[\w.-]+$/.test(text) ? `did you mean ollama:${text}?` : undefined;
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

function invalid(text: string, reason: string, hint?: string): RmaError {
  return new RmaError('RMA_MODEL_REF_INVALID', `invalid model reference "${text}": ${reason}`, {
    exitCode: EXIT.usage,
    hint: hint === undefined ? GRAMMAR : `${hint} (${GRAMMAR})`,
  });
}
