import type { ModelRef } from '../domain/model-ref.ts';
import type { RmaError } from '../errors.ts';
import { isLoopback } from '../host-address.ts';
import { malformed } from './malformed.ts';

export interface OllamaRef extends ModelRef {
  readonly source: 'ollama';
  /** host[:port]; null is the registry of ollama.com, or the mirror that the settings name for it */
  readonly registry: string | null;
  /** http, not https: `http://` was written out, or the host is this machine and no scheme was */
  readonly plainHttp: boolean;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
}

/** The registry of a reference without a host, and Ollama's directory name for its models. */
export const OLLAMA_REGISTRY = 'registry.ollama.ai';

export const OLLAMA_GRAMMAR = 'ollama:[host[:port]/][namespace/]name[:tag]';

const SCHEME = 'ollama:';
const DEFAULT_NAMESPACE = 'library';
const DEFAULT_TAG = 'latest';

// Ollama's own rules: types/model/name.go in its source
const HOST = /^[a-z0-9_][a-z0-9_.-]*(?::(\d{1,5}))?$/;
const MAX_HOST = 350;
const NAMESPACE = /^\w[\w-]{0,79}$/;
const NAME = /^\w[\w.-]{0,79}$/;

/**
 * Parses `ollama:[http://|https://][host[:port]/][namespace/]name[:tag]`. A first part with a dot or a port is a host, as
 * namespaces contain neither. Without a scheme, http is used for a host on this machine, https for any other.
 * @throws RmaError RMA_MODEL_REF_INVALID exit 2
 */
export function parseOllamaRef(text: string): OllamaRef {
  const body = text.slice(SCHEME.length);
  if (body.includes('@')) {
    const masked = `${SCHEME}${body.replace(/[^/]*@/g, '***@')}`;
    throw invalid(masked, '"@" is not allowed; digests and user names are not supported');
  }
  const scheme = /^(https?):\/\//i.exec(body)?.[1]?.toLowerCase() ?? null;
  const { path, tag } = cutTag(scheme === null ? body : body.slice(scheme.length + '://'.length));
  const { host, namespace, model } = splitPath(text, path, scheme !== null);
  if (host !== null && !isHost(host)) throw invalid(text, `"${host}" is not a host`);
  if (!NAMESPACE.test(namespace)) throw invalid(text, `"${namespace}" is not a namespace`);
  if (!NAME.test(model)) throw invalid(text, `"${model}" is not a model name`);
  if (!NAME.test(tag)) throw invalid(text, `"${tag}" is not a tag`);
  const plainHttp = scheme === 'http' || (scheme === null && host !== null && isOnLoopback(host));
  const registry = host === OLLAMA_REGISTRY && !plainHttp ? null : host;
  return { source: 'ollama', registry, plainHttp, namespace, model, tag };
}

/** Returns the shortest text that `parseOllamaRef` parses to the same reference. */
export function formatOllamaRef({ registry, plainHttp, namespace, model, tag }: OllamaRef): string {
  const end = tag === DEFAULT_TAG ? model : `${model}:${tag}`;
  if (registry === null) return `${SCHEME}${namespace === DEFAULT_NAMESPACE ? '' : `${namespace}/`}${end}`;
  const scheme = plainHttp === isOnLoopback(registry) ? '' : plainHttp ? 'http://' : 'https://';
  const isPlain = namespace === DEFAULT_NAMESPACE && (scheme !== '' || /[.:]/.test(registry));
  return `${SCHEME}${scheme}${registry}/${isPlain ? '' : `${namespace}/`}${end}`;
}

/** Returns the name that Ollama itself shows for a model: `llava:7b`, `namespace/name:tag`, `host/namespace/name:tag`. */
export function ollamaName({
  registry,
  namespace,
  model,
  tag,
}: Pick<OllamaRef, 'registry' | 'namespace' | 'model' | 'tag'>): string {
  const end = `${model}:${tag}`;
  if (registry !== null && registry !== OLLAMA_REGISTRY) return `${registry}/${namespace}/${end}`;
  return namespace === DEFAULT_NAMESPACE ? end : `${namespace}/${end}`;
}

/** Splits off the tag. A tag contains no slash, so a colon before the last slash belongs to the host. */
function cutTag(text: string): { readonly path: string; readonly tag: string } {
  const colon = text.lastIndexOf(':');
  if (colon <= text.lastIndexOf('/')) return { path: text, tag: DEFAULT_TAG };
  return { path: text.slice(0, colon), tag: text.slice(colon + 1) };
}

function splitPath(
  text: string,
  path: string,
  hasScheme: boolean,
): { readonly host: string | null; readonly namespace: string; readonly model: string } {
  const [first = '', second, third, ...more] = path.split('/');
  if (more.length > 0) throw invalid(text, 'it has too many path segments');
  if (second === undefined) {
    if (hasScheme) throw invalid(text, 'it has a host but no model');
    return { host: null, namespace: DEFAULT_NAMESPACE, model: first };
  }
  if (third !== undefined) return { host: first.toLowerCase(), namespace: second, model: third };
  return hasScheme || /[.:]/.test(first)
    ? { host: first.toLowerCase(), namespace: DEFAULT_NAMESPACE, model: second }
    : { host: null, namespace: first, model: second };
}

/** Rejects aliases of another host, such as `127.1` for 127.0.0.1. */
function isHost(host: string): boolean {
  const [, port = '443'] = HOST.exec(host) ?? [null, '0'];
  if (host.length > MAX_HOST || Number(port) < 1 || Number(port) > 65_535) return false;
  return URL.canParse(`http://${host}`) && new URL(`http://${host}`).hostname === host.replace(/:\d+$/, '');
}

function isOnLoopback(host: string): boolean {
  return isLoopback(host.replace(/:\d+$/, ''));
}

function invalid(text: string, reason: string): RmaError {
  return malformed(text, reason, `${OLLAMA_GRAMMAR}, for example ollama:llava:7b`);
}
