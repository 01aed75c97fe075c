import { choiceOption, flagOption, type OptionSpec, parsedOption, textOption } from './option.ts';

export const COLOR_WHEN = ['auto', 'always', 'never'] as const;
const PROGRESS_FORMS = ['auto', 'tty', 'plain', 'json', 'none'] as const;

const FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
/** How a list is printed: a form, or a template such as `{{name}} {{state}}`. */
export type ListFormat = (typeof FORMATS)[number] | { readonly template: string };

const verbose: OptionSpec<number> = {
  flags: '-v, --verbose',
  description: 'tell more; twice: tell everything',
  read: (texts) => texts.length,
};

const color: OptionSpec<(typeof COLOR_WHEN)[number]> = parsedOption(
  '--color <WHEN>',
  `colours: ${COLOR_WHEN.join(', ')} (--no-color: never)`,
  {
    // commander hands the negated form on as `false`
    parse: (text) => (text === 'false' ? 'never' : (COLOR_WHEN.find((when) => when === text) ?? null)),
    expected: `one of ${COLOR_WHEN.join(', ')}`,
    fallback: 'auto' as const,
  },
);

/** Options that every command takes, before and after its name. */
export const GLOBAL_OPTIONS = {
  file: textOption('-f, --file <FILE>', 'read this rma.yaml instead of the nearest one; - reads stdin'),
  dir: textOption('-C, --dir <DIR>', 'work as if started in DIR'),
  project: textOption('-p, --project <NAME>', 'name of the project'),
  json: flagOption('--json', 'print the result as one JSON document'),
  quiet: flagOption('-q, --quiet', 'print ids only, no progress'),
  verbose,
  debug: flagOption('--debug', 'tell everything, with stack traces of errors'),
  color,
  progress: choiceOption('--progress <FORM>', `progress: ${PROGRESS_FORMS.join(', ')}`, {
    choices: PROGRESS_FORMS,
    fallback: 'auto',
  }),
  yes: flagOption('-y, --yes', 'answer every question with yes'),
  noInput: flagOption('--no-input', 'never ask: a question is an error'),
} as const;

/** Options of commands whose result is a list. */
export const LIST_OPTIONS = {
  format: parsedOption('--format <FORMAT>', `${FORMATS.join(', ')}, or a template: '{{name}} {{state}}'`, {
    parse: (text): ListFormat | null =>
      text.includes('{{') ? { template: text } : (FORMATS.find((format) => format === text) ?? null),
    expected: `one of ${FORMATS.join(', ')}, or a template with {{key}}`,
    fallback: 'table' as const,
  }),
  noTrunc: flagOption('--no-trunc', 'never shorten a column'),
} as const;

type ValuesOf<S extends Readonly<Record<string, OptionSpec<unknown>>>> = {
  readonly [K in keyof S]: ReturnType<S[K]['read']>;
};

export type GlobalValues = ValuesOf<typeof GLOBAL_OPTIONS> & ValuesOf<typeof LIST_OPTIONS>;
