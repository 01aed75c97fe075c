import {
  choiceOption,
  flagOption,
  type OptionSpec,
  parsedOption,
  textOption,
  textsOption,
} from './option.ts';

export const COLOR_WHEN = ['auto', 'always', 'never'] as const;
const PROGRESS_FORMS = ['auto', 'tty', 'plain', 'json', 'none'] as const;

const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
/** Output format of a list: a name, or a template such as `{{name}} {{state}}`. */
export type ListFormat = (typeof FORMATS)[number] | { readonly template: string };

const verbose: OptionSpec<number> = {
  flags: '-v, --verbose',
  description: 'more output (-vv: debug output)',
  read: (texts) => texts.length,
};

const color: OptionSpec<(typeof COLOR_WHEN)[number]> = parsedOption(
  '--color <WHEN>',
  `colored output: ${COLOR_WHEN.join('|')} (--no-color: never)`,
  {
    // commander passes the negated form as `false`
    parse: (text) => (text === 'false' ? 'never' : (COLOR_WHEN.find((when) => when === text) ?? null)),
    expected: `one of ${COLOR_WHEN.join(', ')}`,
    fallback: 'auto' as const,
  },
);

/** Options of every command, accepted before and after its name. */
export const GLOBAL_OPTIONS = {
  file: textOption(
    '-f, --file <FILE>',
    'path to rma.yaml (default: search the working directory and its parents; - reads stdin)',
  ),
  dir: textOption('-C, --dir <DIR>', 'run as if started in DIR'),
  project: textOption('-p, --project <NAME>', 'project name'),
  host: textsOption(
    '-H, --host <NAME>',
    'hosts of rma.yaml to act on: a name, a pattern, or LABEL=VALUE (default: all)',
  ),
  json: flagOption('--json', 'print the result as one JSON document'),
  quiet: flagOption('-q, --quiet', 'print IDs only, no progress'),
  verbose,
  debug: flagOption('--debug', 'debug output, with stack traces of errors'),
  color,
  progress: choiceOption('--progress <FORM>', `progress output: ${PROGRESS_FORMS.join('|')}`, {
    choices: PROGRESS_FORMS,
    fallback: 'auto',
  }),
  yes: flagOption('-y, --yes', 'answer yes to all prompts'),
  noInput: flagOption('--no-input', 'disable prompts; fail instead'),
} as const;

/** Returns the flags of a global option without its short form if an option of the command uses that: `-f` of `logs`. */
export function freeFlags(flags: string, own: readonly string[]): string {
  const [short = '', long] = flags.split(', ');
  return long !== undefined && own.some((each) => each.startsWith(`${short},`)) ? long : flags;
}

/** Options of commands that print a list. */
export const LIST_OPTIONS = {
  format: parsedOption(
    '--format <FORMAT>',
    `${FORMATS.join('|')}, or a template such as '{{name}} {{state}}'`,
    {
      parse: (text): ListFormat | null =>
        text.includes('{{') ? { template: text } : (FORMATS.find((format) => format === text) ?? null),
      expected: `one of ${FORMATS.join(', ')}, or a template with {{key}}`,
      fallback: 'table' as const,
    },
  ),
  noTrunc: flagOption('--no-trunc', 'do not truncate columns'),
} as const;

type ValuesOf<S extends Readonly<Record<string, OptionSpec<unknown>>>> = {
  readonly [K in keyof S]: ReturnType<S[K]['read']>;
};

export type GlobalValues = ValuesOf<typeof GLOBAL_OPTIONS> & ValuesOf<typeof LIST_OPTIONS>;
