import { isFilePattern, type Spelled } from './spelled.ts';

type Page = (path: readonly string[], query: URLSearchParams) => Spelled | null;

/** The pages of known hubs, by host. */
const HUBS: ReadonlyMap<string, Page> = new Map([
  ['huggingface.co', huggingFacePage],
  ['www.huggingface.co', huggingFacePage],
  ['hf.co', huggingFacePage],
  ['hf-mirror.com', huggingFacePage],
  ['ollama.com', ollamaPage],
  ['www.ollama.com', ollamaPage],
  ['ollama.ai', ollamaPage],
  ['registry.ollama.ai', ollamaPage],
  ['modelscope.cn', modelScopePage],
  ['www.modelscope.cn', modelScopePage],
  ['modelscope.ai', otherModelScopePage],
  ['www.modelscope.ai', otherModelScopePage],
]);

/** First path segments on the Hugging Face hub that are not accounts. */
const HF_OTHER = new Set(
  'api blog chat collections datasets docs join learn login models papers spaces tasks'.split(' '),
);

/**
 * Returns the model of a page on a hub, from its address with or without `https://`; null for an address elsewhere, and for
 * the direct URL of a file, which is a reference itself.
 */
export function webAddress(address: string): Spelled | null {
  const text = address.replace(/^git@(hf\.co|huggingface\.co):/i, '$1/');
  const [, scheme, host = '', rest = ''] =
    /^(https?:\/\/)?([a-z0-9.-]+)(?::443)?(?:\/([^#]*)(?:#.*)?)?$/i.exec(text) ?? [];
  const page = HUBS.get(host.toLowerCase());
  if (/\s/.test(text)) return null;
  const [before = '', query = ''] = rest.split('?', 2);
  if (page === undefined) return scheme === undefined ? null : pageOfFile(text, query);
  const path = before.split('/').filter(Boolean).map(decoded);
  if (path.includes(null)) return null;
  const parts = path.filter((part) => part !== null);
  if (parts[2] === 'resolve' && parts.length > 4 && page === huggingFacePage) return fileUrl(text, scheme);
  return page(parts, new URLSearchParams(query));
}

/** The direct URL of a file; `download=true` changes only how browsers show it. */
function fileUrl(text: string, scheme: string | undefined): Spelled | null {
  const url = `${scheme ?? 'https://'}${text.slice(scheme?.length ?? 0)}`;
  const plain = url.replace(/\?download=(?:true|1)(?=#|$)/, '');
  return plain === text ? null : { kind: 'reference', ref: plain };
}

/** `https://HOST/org/repo/blob/REV/FILE` of any other server is a page about a file; null for another address. */
function pageOfFile(text: string, query: string): Spelled | null {
  const [, before, host, repo, file] =
    /^(https?:\/\/([^/]+))(\/[^/]+\/[^/]+\/)blob(\/[^/]+\/[^?#]+)/i.exec(text) ?? [];
  if (before === undefined || /^raw=(?:true|1)$/.test(query)) return null;
  const verb = host === 'github.com' ? 'raw' : 'resolve';
  return { kind: 'other', what: 'a page that shows a file', refs: [`${before}${repo}${verb}${file}`] };
}

/** `org/repo[:tag]`, `org/repo/tree/REV[/DIR]`, `org/repo/blob/REV/FILE`, `org/repo/commit/SHA`. */
function huggingFacePage(path: readonly string[], query: URLSearchParams): Spelled {
  const [org = '', name = '', verb = '', revision = '', ...file] = path;
  if (HF_OTHER.has(org) || name === '') return otherPage('a Hugging Face page, not a model');
  const [, repo = '', at, tag] = /^([^@:]*?)(?:\.git)?(?:@([^:]*))?(?::(.*))?$/s.exec(name) ?? [];
  if (tag !== undefined && verb === '' && at === undefined && !isFilePattern(tag)) {
    return { kind: 'reference', ref: `ollama:hf.co/${org}/${repo}:${tag}` };
  }
  const isFile = ['blob', 'raw', 'resolve', 'blame', 'edit'].includes(verb);
  const directory = verb === 'tree' && file.length > 0 ? `${file.join('/')}/` : null;
  const named = isFile && file.length > 0 ? file.join('/') : (directory ?? query.get('show_file_info'));
  const pinned = isFile || ['tree', 'commit', 'commits'].includes(verb) ? revision : '';
  return repository('hf', { repo: `${org}/${repo}`, revision: at ?? pinned, file: tag ?? named }, 'main');
}

/** `library/NAME[:TAG]`, `NAMESPACE/NAME[:TAG]`, and the pages below. */
function ollamaPage([namespace = '', name]: readonly string[]): Spelled {
  if (namespace === '' || ['blog', 'docs', 'download', 'public', 'search', 'v2'].includes(namespace)) {
    return otherPage('an Ollama page, not a model');
  }
  if (name === undefined) {
    const refs = [`ollama:${namespace}`];
    return { kind: 'other', what: 'an Ollama page, not a model', refs };
  }
  return { kind: 'reference', ref: `ollama:${namespace === 'library' ? '' : `${namespace}/`}${name}` };
}

/** `models/ORG/NAME`, with `resolve/REV/FILE` or `file/view/REV/FILE` below. */
function modelScopePage([kind, org = '', repo = '', verb, ...rest]: readonly string[]): Spelled {
  if (kind !== 'models' || org === '' || repo === '') {
    return otherPage('a ModelScope page, not a model');
  }
  const below = verb === 'resolve' ? rest : verb === 'file' && rest[0] === 'view' ? rest.slice(1) : [];
  const [revision = '', ...file] = below;
  const named = file.length === 0 ? null : file.join('/');
  return repository('ms', { repo: `${org}/${repo}`, revision, file: named }, 'master');
}

/** The international ModelScope has models of its own: whether the other one has them too is not known. */
function otherModelScopePage(path: readonly string[]): Spelled {
  const page = modelScopePage(path);
  const refs = page.kind === 'reference' ? [page.ref] : [];
  return { kind: 'other', what: 'a page of modelscope.ai, which rma does not support', refs };
}

interface Part {
  readonly repo: string;
  readonly revision: string;
  readonly file: string | null;
}

function repository(scheme: string, { repo, revision, file }: Part, branch: string): Spelled {
  const at = revision === '' || revision === branch ? '' : `@${revision}`;
  return { kind: 'reference', ref: `${scheme}:${repo}${at}${file === null ? '' : `:${file}`}` };
}

function otherPage(what: string): Spelled {
  return { kind: 'other', what, refs: [] };
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
