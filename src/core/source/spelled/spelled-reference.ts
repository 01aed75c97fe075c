import { commandForm } from './command-form.ts';
import { isFileName, isFilePattern, type Spelled } from './spelled.ts';
import { webAddress } from './web-address.ts';

/** The schemes of references, by the names that other tools have for them too. */
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['hf', 'hf'],
  ['huggingface', 'hf'],
  ['ms', 'ms'],
  ['modelscope', 'ms'],
  ['ollama', 'ollama'],
]);

/** Words before a colon that name another kind of place, never a model of Ollama. */
const FOREIGN: ReadonlySet<string> = new Set(
  'azure dataset datasets docker docling file ftp gcs git gs http https image oci s3 ssh'.split(' '),
);
const REPOSITORY = /^\w[\w-]*\/\w[\w.-]*$/;
const FILE = /^(?:([a-z]+):(\/\/)?)?([^/:@]+\/[^/:@]+)(@[^/:]+)?\/([^:]+)$/i;
const LITELLM = /^(ollama(?:_chat)?(?=\/[^/]+$)|huggingface(?=\/[^/]+\/)|hosted_vllm)\/(\w[\w./:-]*)$/;
const LIBRARY = /^library\/\w[\w.-]*(?::\w[\w.-]*)?$/;
const TAGGED = /^\w[\w.-]*:\w[\w.-]*$/;
/** As files and tags of the Hugging Face hub are named; Ollama's own tags have small letters. */
const QUANTIZATION = /^(?:UD-)?(?:I?Q\d|B?F(?:16|32)|MXFP)/;
/** The label of one quantization; `q4` may mean several. */
const FULL_LABEL = /^(?:UD-)?(?:I?Q\d_\w+|B?F(?:16|32)|TQ\d_\d|MXFP\d\w*)$/i;
const LOCAL_PATH = /^(?:\.{0,2}\/|~|[A-Za-z]:\\|\\)/;

/**
 * Returns what a name means: a repository or a model of Ollama without a scheme, the address of its page or of its
 * file, with or without `https://`, or the command of another tool that fetches it. Null for a text that needs no
 * translation: a reference, or something unknown.
 */
export function spelledReference(text: string): Spelled | null {
  const [, before, option = ''] = /^(.*)(#layout=[a-z]+)$/s.exec(text) ?? [];
  const spelled = before === undefined ? null : spelledReference(before);
  if (spelled?.kind === 'reference') return { kind: 'reference', ref: `${spelled.ref}${option}` };
  // spaces at the end of a pattern belong to it
  const name = hasScheme(text) ? text : text.trim().replace(/^(["'`])(.*)\1$/s, '$2');
  const command = commandForm(name);
  if (command?.kind === 'other') return command;
  const target = command?.name ?? name;
  const known =
    webAddress(target) ??
    fileOfRepository(target) ??
    withScheme(target) ??
    nameOfTool(target) ??
    bareName(target);
  if (known !== null || target === text) return known;
  return { kind: 'reference', ref: target };
}

function hasScheme(text: string): boolean {
  return SCHEMES.has(/^([a-z]+):/i.exec(text)?.[1]?.toLowerCase() ?? '');
}

/** `org/repo/x.gguf`, `hf:org/repo/x.gguf` and, as in its file systems, `hf://org/repo@v1/x.gguf`. */
function fileOfRepository(name: string): Spelled | null {
  const [, word = 'hf', slashes, repo = '', revision = '', file = ''] = FILE.exec(name) ?? [];
  const scheme = SCHEMES.get(word.toLowerCase());
  if (scheme === undefined || !REPOSITORY.test(repo) || !isFileName(file)) return null;
  // a revision may contain slashes itself
  if (revision !== '' && slashes === undefined) return null;
  return { kind: 'reference', ref: `${scheme}:${repo}${revision}:${file}` };
}

/** The names of models in other tools: `models--org--repo` in caches, `ollama/llava` in LiteLLM. */
function nameOfTool(name: string): Spelled | null {
  const [, org, repo] = /^models--([\w.-]+?)--([\w.-]+)$/.exec(name) ?? [];
  if (org !== undefined) return { kind: 'reference', ref: `hf:${org}/${repo}` };
  const [, provider = '', model = ''] = LITELLM.exec(name) ?? [];
  if (model === '') return null;
  const ref = provider.startsWith('ollama') ? `ollama:${model}` : `hf:${model}`;
  return { kind: 'other', what: 'a LiteLLM model name', refs: [ref] };
}

/** `hf://…` and `huggingface:…` for `hf:…`; null for a text that has the right scheme already. */
function withScheme(name: string): Spelled | null {
  const [start = '', word = '', slashes] = /^([a-z]+):(\/\/(?=[^/]))?/i.exec(name) ?? [];
  const scheme = SCHEMES.get(word.toLowerCase());
  if (scheme === undefined || (scheme === word.toLowerCase() && slashes === undefined)) return null;
  return { kind: 'reference', ref: `${scheme}:${name.slice(start.length)}` };
}

function bareName(text: string): Spelled | null {
  const name = text.replace(/^([^:]*[^:/])\/+$/, '$1');
  const [, before = ''] = /^([a-z]\w*):/i.exec(name) ?? [];
  if (FOREIGN.has(before.toLowerCase()) || hasScheme(name)) return null;
  if (LOCAL_PATH.test(name)) return { kind: 'other', what: 'a path on this machine', refs: [] };
  if (TAGGED.test(name) || LIBRARY.test(name)) return { kind: 'reference', ref: `ollama:${name}` };
  if (/^[\w-]+(?:\.[\w.-]+|:\d+)\//.test(name)) return otherServer(name);
  const [, repo = '', revision = '', pattern] = /^([^@:]*)(@[^:]*)?(?::(.*))?$/s.exec(name) ?? [];
  if (!REPOSITORY.test(repo)) return null;
  if (pattern === undefined || revision !== '' || isFilePattern(pattern)) {
    return { kind: 'reference', ref: `hf:${name}` };
  }
  if (!/gguf/i.test(repo) && !QUANTIZATION.test(pattern)) return { kind: 'reference', ref: `ollama:${name}` };
  const files = FULL_LABEL.test(pattern) ? `gguf:${pattern.toUpperCase()}` : `*${pattern}*`;
  const refs = [`hf:${repo}:${files}`, `ollama:hf.co/${repo}:${pattern}`, `ollama:${name}`];
  return { kind: 'ambiguous', refs };
}

/** A host that is not a known hub: the scheme decides between a file and a registry. */
function otherServer(name: string): Spelled {
  const ref = /\.gguf$/i.test(name) ? `https://${name}` : `ollama:${name}`;
  return { kind: 'other', what: 'an address without a scheme', refs: [ref] };
}
