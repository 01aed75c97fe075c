import type { Engine } from '../domain/profile.ts';

/** A flag of a service that its engine already receives from rma. */
export interface FlagConflict {
  /** position in `flags` */
  readonly index: number;
  readonly message: string;
}

type Commands = Pick<
  Engine,
  | 'name'
  | 'command'
  | 'gpuCommand'
  | 'sharedCommand'
  | 'exclusiveCommand'
  | 'parallelCommand'
  | 'flagAliases'
  | 'abbreviatedFlags'
>;

/** What to set instead of a flag whose value has this placeholder. */
const INSTEAD: Readonly<Record<string, string>> = {
  model: 'set "models"',
  name: 'set "models"',
  port: 'set `ports` in rma.yaml',
  context: 'set "context"',
  concurrency: 'set "concurrency"',
  context_total: 'set "context" and "concurrency"',
  batch_tokens: 'set "context" and "concurrency"',
  prompt_cache_mib: 'set "memory"',
  max_loaded: 'set "max_loaded"',
  gpus: 'set "gpus"',
  share: 'set "utilization", "context" and "concurrency", or "exclusive"',
  kv_bytes: 'set "context" and "concurrency"',
  others_bytes: 'set "context" and "concurrency"',
};

/**
 * Returns the flags of a service that repeat one of its engine's file, also under another name, with `=` or with `_` for
 * `-`: of two values the engine would take the last one, while the plan has another.
 */
export function flagConflicts(engine: Commands, flags: readonly string[]): readonly FlagConflict[] {
  const own = ownFlags(engine);
  return flags.flatMap((item, index) => {
    const flag = own.size === 0 ? null : repeated(engine, own, item);
    if (flag === null) return [];
    const shown = JSON.stringify(item);
    return [
      {
        index,
        message: `${shown} repeats ${flag}, which rma passes to engine "${engine.name}"; ${insteadOf(engine, own.get(flag) ?? '')}`,
      },
    ];
  });
}

/** Returns the flags in all commands of the engine, each with its value: what applies depends on the placement. */
function ownFlags(engine: Commands): ReadonlyMap<string, string> {
  const { command, gpuCommand, sharedCommand, exclusiveCommand, parallelCommand } = engine;
  const lists = [command, gpuCommand, sharedCommand, exclusiveCommand, parallelCommand];
  return new Map(
    lists.flatMap((list) =>
      list.flatMap((item, index) => {
        const positional = isFlag(list[index - 1] ?? '') ? null : /^\{([a-z_]+)\}$/.exec(item);
        // an argument without a flag is also accepted with one: vllm serve MODEL, or --model MODEL
        if (positional !== null) return [[`--${positional[1]}`, item] as const];
        if (!isFlag(item)) return [];
        const [flag = '', value] = split(item);
        return [[flag, value ?? list[index + 1] ?? ''] as const];
      }),
    ),
  );
}

/** Returns the engine's flag that the item repeats, null if it repeats none. */
function repeated(engine: Commands, own: ReadonlyMap<string, string>, item: string): string | null {
  if (!isFlag(item)) return null;
  const [written = ''] = split(item);
  const flag = engine.flagAliases[written] ?? engine.flagAliases[attached(written)] ?? written;
  if (own.has(flag)) return flag;
  if (!engine.abbreviatedFlags || !/^--../.test(flag)) return null;
  return [...own.keys()].find((each) => each.startsWith(flag)) ?? null;
}

function insteadOf({ name }: Commands, value: string): string {
  const [, placeholder = ''] = /\{([a-z_]+)\}/.exec(value) ?? [];
  return INSTEAD[placeholder] ?? `change it in your own engines/${name}.yaml`;
}

/** Returns the flag, with `-` for `_` as some parsers accept it, and the value after `=` or a space. */
function split(text: string): readonly [string, string?] {
  const item = text.trim();
  const at = item.search(/[=\s]/);
  const flag = at === -1 ? item : item.slice(0, at);
  const name = flag.startsWith('--') ? flag.replaceAll('_', '-') : flag;
  return at === -1 ? [name] : [name, item.slice(at + 1)];
}

/** Returns the short flag of one with its value attached, such as `-p8080`. */
function attached(flag: string): string {
  return /^(-[A-Za-z]+)\d+$/.exec(flag)?.[1] ?? flag;
}

function isFlag(item: string): boolean {
  return /^--?[A-Za-z]/.test(item.trimStart());
}
