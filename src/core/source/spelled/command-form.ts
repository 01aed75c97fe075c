import { selectionOf } from '../../reference/selection.ts';

/** A command of another tool: the model that it names, or why it names no single one. */
export type CommandForm =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'other'; readonly what: string; readonly refs: readonly string[] };

/** A prompt, another user, variables, or a container that a command is run in. */
const BEFORE =
  /^(?:\$\s+)?(?:sudo\s+)?(?:\w+=\S*\s+)*(?:docker\s+exec\s+(?:\S+\s+)*?(?=ollama\s+(?:run|pull|show)\s))?/i;

/** Commands that fetch or serve a model: the words before its name, and the scheme of a name without one. */
const COMMANDS: readonly (readonly [words: RegExp, scheme: string])[] = [
  [/^ollama\s+(?:run|pull|show)\s+/i, 'ollama:'],
  [/^vllm\s+serve\s+/i, 'hf:'],
  [/^python3?\s+-m\s+vllm\.entrypoints\.openai\.api_server\s+--model[\s=]+/i, 'hf:'],
  [/^modelscope\s+download\s+(?:--model[\s=]+)?/i, 'ms:'],
  [/^git\s+(?:lfs\s+)?clone\s+/i, ''],
  [/^docker\s+model\s+(?:pull|run)\s+(?=hf\.co\/|huggingface\.co\/)/i, ''],
];

const HF_DOWNLOAD = /^(?:hf|huggingface-cli)\s+download\s+/i;

const LLAMA_REPO: readonly string[] = ['-hf', '-hfr', '--hf-repo'];
const LLAMA_FILE: readonly string[] = ['-hff', '--hf-file'];
/** Options of `hf download` that select files. */
const PATTERNS: readonly string[] = ['--include', '--exclude'];
const OPTIONS = 'a command with options';

/** Returns the model that a command of another tool names, with its scheme; null for another text. */
export function commandForm(text: string): CommandForm | null {
  const command = text.replace(BEFORE, '');
  const [hf] = HF_DOWNLOAD.exec(command) ?? [];
  if (hf !== undefined) return hfDownload(wordsOf(command.slice(hf.length)));
  for (const [words, scheme] of COMMANDS) {
    const [start] = words.exec(command) ?? [];
    if (start !== undefined) return named(scheme, wordsOf(command.slice(start.length)));
  }
  if (/^docker\s+(?:model\s+)?(?:pull|run)\s/i.test(command)) {
    return { kind: 'other', what: 'a command for container images', refs: [] };
  }
  if (/^(?:curl|wget|aria2c)\s/i.test(command)) return download(wordsOf(command));
  return /^llama-[a-z]+\s/i.test(command) ? llamaCpp(wordsOf(command).slice(1)) : null;
}

function wordsOf(text: string): readonly string[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

/** The words after the command: a model. */
function named(scheme: string, [model = '', ...more]: readonly string[]): CommandForm {
  const name = withScheme(scheme, model);
  if (!/^\w/.test(model)) return { kind: 'other', what: OPTIONS, refs: [] };
  return more.length === 0 ? { kind: 'name', name } : { kind: 'other', what: OPTIONS, refs: [name] };
}

function withScheme(scheme: string, model: string): string {
  return /^(?:https?:\/\/|hf:|ms:|ollama:)/i.test(model) ? model : `${scheme}${model}`;
}

/** A repository, and what selects a revision and a part of it: files or patterns. */
function hfDownload([model = '', ...words]: readonly string[]): CommandForm {
  if (!/^\w/.test(model)) return { kind: 'other', what: OPTIONS, refs: [] };
  const options = hfOptions(words);
  const revision = options.get('--revision')?.at(-1) ?? '';
  const name = `${withScheme('hf:', model)}${revision === '' ? '' : `@${revision}`}`;
  const include = [...(options.get('') ?? []), ...(options.get('--include') ?? [])];
  const selection = selectionOf(include, options.get('--exclude') ?? []);
  const ref = selection === null ? name : `${name}:${selection}`;
  const isAll = [...options.keys()].every((each) => ['', '--revision', ...PATTERNS].includes(each));
  return isAll ? { kind: 'name', name: ref } : { kind: 'other', what: OPTIONS, refs: [ref] };
}

/** Returns the values of the options of `hf download`; those of no option are names of files. */
function hfOptions(words: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, string[]>();
  let option = '';
  for (const word of words.flatMap((each) => each.split(/^(--[a-z-]+)=/).filter(Boolean))) {
    const isOption = word.startsWith('-');
    const name = isOption ? word : option;
    options.set(name, [...(options.get(name) ?? []), ...(isOption ? [] : [word])]);
    // hf takes several patterns after --include and --exclude, and one value after any other option
    option = isOption || PATTERNS.includes(option) ? name : '';
  }
  return options;
}

/** The command of a downloader: the one address in it, whatever its options. */
function download(words: readonly string[]): CommandForm {
  const urls = words.filter((word) => /^https?:\/\//i.test(word));
  const [url] = urls;
  return url !== undefined && urls.length === 1
    ? { kind: 'name', name: url }
    : { kind: 'other', what: 'a command that does not name exactly one file', refs: [] };
}

/** The options of a program of llama.cpp: a repository, perhaps with a quantization, and perhaps a file of it. */
function llamaCpp(words: readonly string[]): CommandForm {
  const after = (names: readonly string[]) => {
    const at = words.findIndex((word) => names.includes(word));
    return at === -1 ? undefined : words[at + 1];
  };
  const [repo = '', quantization] = after(LLAMA_REPO)?.split(':') ?? [];
  if (repo === '') return { kind: 'other', what: OPTIONS, refs: [] };
  const file = after(LLAMA_FILE) ?? (quantization === undefined ? undefined : `gguf:${quantization}`);
  const name = file === undefined ? `hf:${repo}` : `hf:${repo}:${file}`;
  const isAll = words.length === (after(LLAMA_FILE) === undefined ? 2 : 4);
  return isAll ? { kind: 'name', name } : { kind: 'other', what: OPTIONS, refs: [name] };
}
