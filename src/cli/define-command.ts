import type { ExitCode } from '../core/errors.ts';
import type { ArgumentSpec } from './argument.ts';
import type { Context } from './context/context.ts';
import type { OptionSpec } from './option.ts';
import type { Theme } from './render/theme.ts';

export const COMMAND_GROUPS = ['Workers', 'Models', 'Configuration', 'About rma'] as const;

export interface Example {
  readonly command: string;
  readonly does: string;
}

/** One JSON document, with the name and major version of its form: `rma.<noun>/v<N>`. Keys are camelCase, sizes in bytes. */
export interface JsonDocument {
  readonly schema: `rma.${string}/v${number}`;
  readonly [key: string]: unknown;
}

/** What a command found or did. The frame prints it; handlers print nothing. */
export interface CommandResult {
  /** the whole result, for `--json` */
  readonly json: JsonDocument;
  /** the result for people, without the last line end */
  readonly human: (theme: Theme) => string;
  /** what `-q` and `--format name` print, one per line; without it `-q` prints the human form */
  readonly ids?: readonly string[];
  /** rows for `--format` with a template; only of list commands */
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  /** the data of `--format yaml` where it is not that of `json` */
  readonly yaml?: unknown;
  /** 0 unless told */
  readonly exitCode?: ExitCode;
  /** the command to try next */
  readonly next?: string;
}

type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;
type ArgumentSpecs = Readonly<Record<string, ArgumentSpec<unknown>>>;
type Values<S extends Readonly<Record<string, { readonly read: (texts: readonly string[]) => unknown }>>> = {
  readonly [K in keyof S]: ReturnType<S[K]['read']>;
};

export type Handler<I> = (input: I, context: Context) => Promise<CommandResult>;

/** What is known of a command before it runs: enough to parse a command line and to print help. */
export interface CommandSpec<O extends OptionSpecs, A extends ArgumentSpecs> {
  /** words of the command: `models pull` */
  readonly path: string;
  readonly group: (typeof COMMAND_GROUPS)[number];
  readonly summary: string;
  readonly description?: string;
  readonly examples: readonly [Example, ...Example[]];
  /** in order of place; the key is the name of the value, and in capitals its name in help */
  readonly arguments: A;
  readonly options: O;
  /** true: every setting of rma.yaml can be given as an option */
  readonly settings: boolean;
  /** true: the result is a list, and `--format` and `--no-trunc` shape it */
  readonly list: boolean;
  /** Brings the handler. Heavy modules are imported there, never by the declaration. */
  readonly load: () => Promise<Handler<Values<O> & Values<A>>>;
}

/** The texts that a command line gave, by name of option or argument. */
export interface RawInput {
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly arguments: Readonly<Record<string, readonly string[]>>;
}

/** A declared command, its types of input closed over. */
export interface Command extends Omit<CommandSpec<OptionSpecs, ArgumentSpecs>, 'load'> {
  /** Checks the input at once (throws RmaError exit 2); the handler is loaded when the returned function runs. */
  readonly bind: (raw: RawInput) => (context: Context) => Promise<CommandResult>;
}

/** All commands, and a summary of each noun that only groups some (`models`). */
export interface CommandTable {
  readonly commands: readonly Command[];
  readonly nouns: Readonly<Record<string, string>>;
}

export function defineCommand<O extends OptionSpecs, A extends ArgumentSpecs>(
  spec: CommandSpec<O, A>,
): Command {
  const { load, ...rest } = spec;
  return {
    ...rest,
    bind: (raw) => {
      const input = { ...readAll(spec.options, raw.options), ...readAll(spec.arguments, raw.arguments) };
      return async (context) => (await load())(input, context);
    },
  };
}

function readAll<S extends OptionSpecs | ArgumentSpecs>(
  specs: S,
  texts: Readonly<Record<string, readonly string[]>>,
): Values<S> {
  const entries = Object.entries(specs).map(([name, spec]) => [name, spec.read(texts[name] ?? [])]);
  // the keys and the types of the values are those of the specs, which Object.fromEntries cannot tell
  return Object.fromEntries(entries) as Values<S>;
}
