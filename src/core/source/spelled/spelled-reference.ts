import { commandForm } from './command-form.ts';
import { isFilePattern, type Spelled } from './spelled.ts';
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
const TAGGED = /^\w[\w.-]*:\w[\w.-]*$/;
/** As files and tags of the Hugging Face hub are named; Ollama's own tags have small letters. */
const QUANTIZATION = /^(?:UD-)?(?:I?Q\d|B?F(?:16|32)|MXFP)/;
const LOCAL_PATH = /^(?:\.{0,2}\/|~|[A-Za-z]:\\|\\)/;

/**
 * Returns what a name stands for: a repository or a model of Ollama without a scheme, the address of its page or of its
 * file, with or without `https://`, or the command of another tool that fetches it. Null for a text that needs no
 * translation: a reference, or something unknown.
 */
export function spelledReference(text: string): Spelled | null {
  // spaces at the end of a pattern belong to it
  const name = hasScheme(text) ? text : text.trim();
  const command = commandForm(name);
  if (command?.kind === 'other') return command;
  const target = command?.name ?? name;
  const spelled = webAddress(target) ?? withScheme(target) ?? bareName(target);
  if (spelled !== null || target === text) return spelled;
  return { kind: 'reference', ref: target };
}

function hasScheme(text: string): boolean {
  return SCHEMES.has(/^([a-z]+):/i.exec(text)?.[1]?.toLowerCase() ?? '');
}

/** `hf://…` and `huggingface:…` for `hf:…`; null for a text that has the right scheme already. */
function withScheme(name: string): Spelled | null {
  const [start = '', word = '', slashes] = /^([a-z]+):(\/\/(?=[^/]))?/i.exec(name) ?? [];
  const scheme = SCHEMES.get(word.toLowerCase());
  if (scheme === undefined || (scheme === word.toLowerCase() && slashes === undefined)) return null;
  return { kind: 'reference', ref: `${scheme}:${name.slice(start.length)}` };
}

function bareName(name: string): Spelled | null {
  const [, before = ''] = /^([a-z]\w*):/i.exec(name) ?? [];
  if (FOREIGN.has(before.toLowerCase()) || hasScheme(name)) return null;
  if (LOCAL_PATH.test(name)) return { kind: 'other', what: 'a path on this machine', refs: [] };
  if (TAGGED.test(name)) return { kind: 'reference', ref: `ollama:${name}` };
  if (/^[\w-]+(?:\.[\w.-]+|:\d+)\//.test(name)) return otherServer(name);
  const [, repo = '', revision = '', pattern] = /^([^@:]*)(@[^:]*)?(?::(.*))?$/s.exec(name) ?? [];
  if (!REPOSITORY.test(repo)) return null;
  if (pattern === undefined || revision !== '' || isFilePattern(pattern)) {
    return { kind: 'reference', ref: `hf:${name}` };
  }
  if (!/gguf/i.test(repo) && !QUANTIZATION.test(pattern)) return { kind: 'reference', ref: `ollama:${name}` };
  const refs = [`hf:${repo}:*${pattern}*`, `ollama:hf.co/${repo}:${pattern}`, `ollama:${name}`];
  return { kind: 'ambiguous', refs };
}

/** A host that is not a known hub: the scheme decides between a file and a registry. */
function otherServer(name: string): Spelled {
  const ref = /\.gguf$/i.test(name) ? `https://${name}` : `ollama:${name}`;
  return { kind: 'other', what: 'an address without a scheme', refs: [ref] };
}
