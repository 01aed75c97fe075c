import { Argument, CommanderError, Option, Command as Program } from 'commander';
import { isOptionOf } from '../core/config/setting.ts';
import { ALL_SETTINGS, SETTINGS } from '../core/config/settings.ts';
import { RMA_VERSION } from '../core/version.ts';
import type { Context } from './context/context.ts';
import type { Command, CommandResult, CommandTable } from './define-command.ts';
import { freeFlags, GLOBAL_OPTIONS, type GlobalValues, LIST_OPTIONS } from './global-options.ts';
import { argumentForm } from './help/argument-form.ts';
import { renderHelp } from './help/render-help.ts';
import { usageError } from './usage-error.ts';

/** A parsed command line. */
export type Invocation =
  /** help or version output */
  | { readonly kind: 'text'; readonly text: string }
  /** no command, or a noun without a verb */
  | { readonly kind: 'incomplete'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'command';
      readonly run: (context: Context) => Promise<CommandResult>;
      readonly globals: GlobalValues;
      /** how it acts on several hosts; null: on none */
      readonly hosts: 'each' | 'one' | 'own' | null;
      /** `--dest`; null: absent, or not an option of the command */
      readonly dest: string | null;
      /** whether the command has that option */
      readonly acceptsDest: boolean;
      /** texts of the setting options, by key of the setting */
      readonly settings: ReadonlyMap<string, readonly string[]>;
    };

/**
 * Parses a command line; loads and runs nothing.
 * @throws RmaError RMA_USAGE_* exit 2
 */
export function parseCommandLine(argv: readonly string[], table: CommandTable): Invocation {
  return new CommandLine(table).parse(argv);
}

/** Texts per option or argument. Absent ones have no entry. */
type Texts = Record<string, string[]>;

class CommandLine {
  private readonly table: CommandTable;
  private readonly globals: Texts = {};
  private readonly settings: Texts = {};
  /** command → adds its options and arguments; only the command of this command line gets them */
  private readonly fill = new Map<Program, () => void>();
  private invocation: Invocation | null = null;
  private printed = '';
  private path = '';

  constructor(table: CommandTable) {
    this.table = table;
  }

  parse(argv: readonly string[]): Invocation {
    const program = this.program();
    try {
      program.parse([...argv], { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode === 0) return { kind: 'text', text: this.printed };
      if (error.code !== 'commander.help')
        throw usageError(error, { path: this.path, argv, table: this.table });
    }
    return this.invocation ?? { kind: 'incomplete', path: this.path, text: this.printed };
  }

  private program(): Program {
    const program = new Program('rma')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => {
          this.printed = text;
        },
        writeErr: () => undefined,
      })
      .helpOption('-h, --help', 'print help')
      .helpCommand(false)
      .enablePositionalOptions()
      .version(`rma ${RMA_VERSION}`, '--version', 'print the version');
    this.watch(program, '');
    this.addGlobals(program);
    for (const command of this.table.commands) this.add(program, command);
    return program;
  }

  /** Adds the global options at one level of the command line, without a short form that the command uses itself. */
  private addGlobals(program: Program): void {
    const own = program.options.map(({ flags }) => flags);
    for (const [name, { flags }] of Object.entries(GLOBAL_OPTIONS))
      collect(program, { flags: freeFlags(flags, own), into: this.globals, name });
    collect(program, { flags: '--no-color', into: this.globals, name: 'color', given: 'never' });
  }

  /** Records the command at which help was printed or an error was found. */
  private watch(program: Program, path: string): void {
    program.configureOutput({
      outputError: () => {
        this.path = path;
      },
    });
    program.hook('preSubcommand', (_, child) => this.fill.get(child)?.());
    program.configureHelp({
      formatHelp: () => {
        this.path = path;
        this.printed = renderHelp(path, this.table);
        return this.printed;
      },
    });
  }

  private add(program: Program, command: Command): void {
    const options: Texts = {};
    const leaf = this.leaf(program, command.path);
    this.fill.set(leaf, () => this.addOptions(leaf, command, options));
    leaf.action((...given: unknown[]) => {
      this.invocation = this.bind(command, options, given);
    });
  }

  private addOptions(leaf: Program, command: Command, options: Texts): void {
    for (const [name, { form }] of Object.entries(command.arguments)) {
      leaf.addArgument(new Argument(argumentForm(name, form)));
    }
    for (const [name, { flags }] of Object.entries(command.options))
      collect(leaf, { flags, into: options, name });
    if (command.list) {
      for (const [name, { flags }] of Object.entries(LIST_OPTIONS))
        collect(leaf, { flags, into: this.globals, name });
    }
    if (command.settings) this.addSettings(leaf, command);
    this.addGlobals(leaf);
    // what follows the first argument belongs to the command that runs in the container
    if (command.passThrough === true) leaf.passThroughOptions();
  }

  private addSettings(leaf: Program, command: Command): void {
    const own = new Set(Object.values(command.options).map(({ flags }) => longFlag(flags)));
    for (const setting of ALL_SETTINGS) {
      const { key, flags } = setting;
      if (flags === null || !isOptionOf(setting, command.path)) continue;
      if (key !== SETTINGS.project.key && !own.has(longFlag(flags)))
        collect(leaf, { flags, into: this.settings, name: key });
    }
  }

  /** Returns the subcommand for a path; creates missing nouns on the way. */
  private leaf(program: Program, path: string): Program {
    let parent = program;
    let at = '';
    for (const word of path.split(' ')) {
      at = at === '' ? word : `${at} ${word}`;
      const known = parent.commands.find((child) => child.name() === word);
      const next = known ?? parent.command(word).helpCommand(false).enablePositionalOptions();
      if (known === undefined) {
        this.watch(next, at);
        if (at !== path) this.addGlobals(next);
      }
      parent = next;
    }
    return parent;
  }

  private bind(command: Command, options: Texts, given: readonly unknown[]): Invocation {
    const names = Object.keys(command.arguments);
    const args = Object.fromEntries(names.map((name, index) => [name, toTexts(given[index])]));
    const specs = Object.entries({ ...GLOBAL_OPTIONS, ...LIST_OPTIONS });
    const globals = Object.fromEntries(
      specs.map(([name, spec]) => [name, spec.read(this.globals[name] ?? [])]),
    );
    const project = this.globals['project'];
    if (project !== undefined) this.settings[SETTINGS.project.key] = project;
    return {
      kind: 'command',
      run: command.bind({ options, arguments: args }),
      // each value was read by the option of that name
      globals: globals as GlobalValues,
      // a directory of this machine and a cluster are no hosts of rma.yaml
      hosts: (options['dest'] ?? options['kubernetes']) ? null : (command.hosts ?? null),
      dest: options['dest']?.at(-1) ?? null,
      // `--service` names a running service, which needs Docker
      acceptsDest: Object.hasOwn(command.options, 'dest') && options['service'] === undefined,
      settings: new Map(Object.entries(this.settings)),
    };
  }
}

interface Collected {
  readonly flags: string;
  readonly into: Texts;
  readonly name: string;
  /** text for a boolean option (default `true`) */
  readonly given?: string;
}

/** Adds an option that keeps each occurrence as text. */
function collect(program: Program, { flags, into, name, given = 'true' }: Collected): void {
  const option = new Option(flags);
  program.addOption(option);
  program.on(`option:${option.name()}`, (text: string | null) => {
    const texts = into[name] ?? [];
    texts.push(text ?? given);
    into[name] = texts;
  });
}

function toTexts(given: unknown): readonly string[] {
  if (Array.isArray(given)) return given.map(String);
  return given === undefined ? [] : [String(given)];
}

/** Returns the long name of an option, as `--max-rate`. */
function longFlag(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}
