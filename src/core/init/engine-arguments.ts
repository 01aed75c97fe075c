import type { Notice, Placed } from './compose-model.ts';

/** What a flag of an engine means to rma. `drop`: rma sets it itself. */
export type FlagMeaning =
  | 'model'
  | 'revision'
  | 'hub-file'
  | 'hub-repo'
  | 'url'
  | 'context'
  | 'concurrency'
  | 'utilization'
  | 'gpus'
  | 'second-cache'
  | 'secret'
  | 'served-name'
  | 'drop';

const VLLM: Readonly<Record<string, FlagMeaning>> = {
  '--model': 'model',
  '--revision': 'revision',
  '--max-model-len': 'context',
  '--max-num-seqs': 'concurrency',
  '--gpu-memory-utilization': 'utilization',
  '--tensor-parallel-size': 'gpus',
  '-tp': 'gpus',
  '--download-dir': 'second-cache',
  '--api-key': 'secret',
  '--hf-token': 'secret',
  '--served-model-name': 'served-name',
  '--host': 'drop',
  '--port': 'drop',
};

const LLAMACPP: Readonly<Record<string, FlagMeaning>> = {
  '-m': 'model',
  '--model': 'model',
  '-hf': 'hub-repo',
  '-hfr': 'hub-repo',
  '--hf-repo': 'hub-repo',
  '-hff': 'hub-file',
  '--hf-file': 'hub-file',
  '-mu': 'url',
  '--model-url': 'url',
  '-c': 'context',
  '--ctx-size': 'context',
  '-np': 'concurrency',
  '--parallel': 'concurrency',
  '--api-key': 'secret',
  '-ngl': 'drop',
  '--n-gpu-layers': 'drop',
  '--gpu-layers': 'drop',
  '-a': 'served-name',
  '--alias': 'served-name',
  '--host': 'drop',
  '--port': 'drop',
};

const TEI: Readonly<Record<string, FlagMeaning>> = {
  '--model-id': 'model',
  '--revision': 'revision',
  '--huggingface-hub-cache': 'second-cache',
  '--hf-api-token': 'secret',
  '--hf-token': 'secret',
  '--api-key': 'secret',
  '--served-model-name': 'served-name',
  '--hostname': 'drop',
  '--port': 'drop',
  '-p': 'drop',
};

const MEANINGS: Readonly<Record<string, Readonly<Record<string, FlagMeaning>>>> = {
  vllm: VLLM,
  llamacpp: LLAMACPP,
  tei: TEI,
};

/** Programs at the start of a command, which are part of rma's own command. */
const PROGRAMS =
  /^(?:vllm|serve|python3?|-m|vllm\.entrypoints\.openai\.api_server|(?:\S*\/)?llama-server|text-embeddings-router|--server)$/;

export interface EngineArguments {
  readonly values: ReadonlyMap<FlagMeaning, Placed<string>>;
  /** arguments that rma passes on */
  readonly flags: readonly string[];
  readonly notices: readonly Notice[];
}

/** Returns what the arguments of an engine mean. */
export function engineArguments(engine: string, words: readonly Placed<string>[]): EngineArguments {
  const meanings = MEANINGS[engine] ?? {};
  const values = new Map<FlagMeaning, Placed<string>>();
  const flags: string[] = [];
  const notices: Notice[] = [];
  const [first, ...others] = withoutProgram(words);
  // vllm serve MODEL
  const isModel = engine === 'vllm' && first !== undefined && !isFlag(first);
  if (isModel) values.set('model', first);
  for (const { flag, value, where, texts } of grouped(
    isModel || first === undefined ? others : [first, ...others],
  )) {
    const meaning = meanings[flag.startsWith('--') ? flag.replaceAll('_', '-') : flag];
    if (meaning === undefined) flags.push(...texts);
    else values.set(meaning, { value, where });
    notices.push(...argumentNotices(meaning, { value, where }));
  }
  return { values, flags, notices: [...notices, ...servedNameNotices(values)] };
}

/** A flag with its value, or an argument without a flag. */
interface Argument {
  readonly flag: string;
  readonly value: string;
  readonly where: string;
  /** as the command has them */
  readonly texts: readonly string[];
}

function grouped(words: readonly Placed<string>[]): readonly Argument[] {
  const found: Argument[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const { value: text, where } = word;
    const [, flag, attached] = /^(--?[A-Za-z][\w-]*)=([\s\S]*)$/.exec(text) ?? [];
    const values = flag === undefined && isFlag(word) ? valuesAfter(words, at) : [];
    found.push({
      flag: flag ?? text,
      value: attached ?? values.join(' '),
      where,
      texts: [text, ...values],
    });
    at += values.length;
  }
  return found;
}

/** vLLM accepts several served names; all other flags have one value at most. */
function valuesAfter(words: readonly Placed<string>[], flag: number): readonly string[] {
  const others = words.slice(flag + 1);
  const end = others.findIndex(isFlag);
  const limit = /^--served[-_]model[-_]name$/.test(words[flag]?.value ?? '') ? others.length : 1;
  return others.slice(0, Math.min(limit, end < 0 ? others.length : end)).map(({ value }) => value);
}

function isFlag({ value }: Placed<string>): boolean {
  return /^--?[A-Za-z]/.test(value);
}

function withoutProgram(words: readonly Placed<string>[]): readonly Placed<string>[] {
  const first = words.findIndex(({ value }) => !PROGRAMS.test(value));
  // `-m` starts a module for python only
  const isPython = words.some(({ value }) => /^python3?$/.test(value));
  const isServer = words.some(({ value }) =>
    /llama-server$|^vllm$|^serve$|^text-embeddings-router$|^--server$/.test(value),
  );
  return isPython || isServer ? words.slice(Math.max(first, 0)) : words;
}

/** A flag can occur several times, and each one is listed. */
function argumentNotices(
  meaning: FlagMeaning | undefined,
  { value, where }: Placed<string>,
): readonly Notice[] {
  switch (meaning) {
    case 'second-cache': {
      const message = `a download directory (${value}) makes a second copy of each model; removed: the engine reads the store`;
      return [{ kind: 'corrected', where, message }];
    }
    case 'secret': {
      const message =
        'a secret in a command is visible in `docker inspect` and process lists; removed, so an API key is no longer required';
      return [{ kind: 'corrected', where, message }];
    }
    default:
      return [];
  }
}

/** rma serves a model of the Hub under the name of its repository. */
function servedNameNotices(values: EngineArguments['values']): readonly Notice[] {
  const served = values.get('served-name');
  const isSame = ['model' as const, 'hub-repo' as const].some(
    (key) => values.get(key)?.value === served?.value,
  );
  if (served === undefined || isSame) return [];
  const message = `served name ${served.value}: clients must use the name that rma models ls shows; to keep this one, add the model under it to profiles/models.yaml, and name it in the profile`;
  return [{ kind: 'skipped', where: served.where, message }];
}
