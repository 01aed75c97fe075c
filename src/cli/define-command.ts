import type { RmaError } from '../core/errors.ts';
import type { ArgumentSpec } from './argument.ts';
import type { Context } from './context/context.ts';
import type { SettingName } from './main-settings.ts';
import type { OptionSpec } from './option.ts';
import type { TableData } from './render/host-tables.ts';
import type { Theme } from './render/theme.ts';

export const COMMAND_GROUPS = ['Workers', 'Hosts', 'Models', 'Configuration', 'About rma'] as const;

export interface Example {
  readonly command: string;
  readonly does: string;
}

/** One JSON document, with the name and major version of its schema: `rma.<noun>/v<N>`. Keys are camelCase, sizes in bytes. */
export interface JsonDocument {
  readonly schema: `rma.${string}/v${number}`;
  readonly [key: string]: unknown;
}

/** The result of a command. `run-command.ts` prints it; handlers print nothing. */
export interface CommandResult {
  /** the complete result, for `--json` */
  readonly json: JsonDocument;
  /** the result as text, without a trailing newline */
  readonly human: (theme: Theme) => string;
  /** output of `-q` and `--format name`, one per line; without it `-q` prints `human` */
  readonly ids?: readonly string[];
  /** rows for `--format` with a template; only of list commands */
  readonly items?: readonly Readonly<Record<string, unknown>>[];
  /** data of `--format yaml` if it differs from `json` */
  readonly yaml?: unknown;
  /** a documented exit code of rma, or that of the program that it ran for the user; default 0 */
  readonly exitCode?: number;
  /** the suggested next command */
  readonly next?: string;
  /** what `human` prints if that is one table: those of several hosts become one */
  readonly table?: TableData;
  /** the main facts of `human`: those of several hosts become one table, above the text of each host */
  readonly overview?: TableData;
  /** faults of single hosts; the others are in the result */
  readonly failures?: readonly RmaError[];
}

type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>;
type ArgumentSpecs = Readonly<Record<string, ArgumentSpec<unknown>>>;
type Values<S extends Readonly<Record<string, { readonly read: (texts: readonly string[]) => unknown }>>> = {
  readonly [K in keyof S]: ReturnType<S[K]['read']>;
};

export type Handler<I> = (input: I, context: Context) => Promise<CommandResult>;

/** The declaration of a command: everything needed to parse a command line and to print help. */
export interface CommandSpec<O extends OptionSpecs, A extends ArgumentSpecs> {
  /** words of the command: `models pull` */
  readonly path: string;
  readonly group: (typeof COMMAND_GROUPS)[number];
  readonly summary: string;
  readonly description?: string;
  readonly examples: readonly [Example, ...Example[]];
  /** in order of position; the key is the name of the value, and in capitals its name in the help */
  readonly arguments: A;
  readonly options: O;
  /** true: every setting of rma.yaml is also an option */
  readonly settings: boolean;
  /** the settings that the help describes; it lists the others (default: those of services) */
  readonly mainSettings?: readonly SettingName[];
  /** true: the result is a list; `--format` and `--no-trunc` apply */
  readonly list: boolean;
  /**
   * in a project that names its hosts, `each`: runs once on every selected one, `one`: on the one that is selected, `own`: the
   * handler acts on them; absent: it acts on none
   */
  readonly hosts?: 'each' | 'one' | 'own';
  /** true: options after the first argument are not rma's */
  readonly passThrough?: boolean;
  /** Loads the handler. Heavy modules are imported there, never by the declaration. */
  readonly load: () => Promise<Handler<Values<O> & Values<A>>>;
}

/** The texts of a command line, by name of option or argument. */
export interface RawInput {
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly arguments: Readonly<Record<string, readonly string[]>>;
}

/** A declared command, without its input types. */
export interface Command extends Omit<CommandSpec<OptionSpecs, ArgumentSpecs>, 'load'> {
  /** Checks the input (throws RmaError exit 2); the handler is loaded when the returned function runs. */
  readonly bind: (raw: RawInput) => (context: Context) => Promise<CommandResult>;
}

/** All commands, and a summary of each noun that only groups commands (`models`). */
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
  // keys and value types match those of the specs, which Object.fromEntries cannot express
  return Object.fromEntries(entries) as Values<S>;
}
