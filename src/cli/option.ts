import { RmaError } from '../core/errors.ts';

/** One option of a command line. `read` turns the texts given for it (none when absent) into its value. */
export interface OptionSpec<T> {
  /** as commander writes it: `-f, --file <FILE>` */
  readonly flags: string;
  readonly description: string;
  readonly read: (texts: readonly string[]) => T;
}

/** A switch: true when given. */
export function flagOption(flags: string, description: string): OptionSpec<boolean> {
  return { flags, description, read: (texts) => texts.length > 0 };
}

/** A text, null when not given; the last one counts. */
export function textOption(flags: string, description: string): OptionSpec<string | null> {
  // an unset variable in a script comes as an empty text: it is no folder and no file
  const read = (texts: readonly string[]): string | null => {
    const last = texts.at(-1);
    if (last === '') throw invalidValue(flags, last, 'a value');
    return last ?? null;
  };
  return { flags, description, read };
}

/** A text that `parse` understands (it returns null for what it does not), `fallback` when not given. */
export function parsedOption<T, F>(
  flags: string,
  description: string,
  form: { readonly parse: (text: string) => T | null; readonly expected: string; readonly fallback: F },
): OptionSpec<T | F> {
  const read = (texts: readonly string[]): T | F => {
    const text = texts.at(-1);
    if (text === undefined) return form.fallback;
    const value = form.parse(text);
    if (value === null) throw invalidValue(flags, text, form.expected);
    return value;
  };
  return { flags, description, read };
}

/** Returns an option that is one of a few words. */
export function choiceOption<const C extends readonly string[]>(
  flags: string,
  description: string,
  { choices, fallback }: { readonly choices: C; readonly fallback: C[number] },
): OptionSpec<C[number]> {
  const parse = (text: string): C[number] | null => choices.find((choice) => choice === text) ?? null;
  return parsedOption(flags, description, { parse, expected: `one of ${choices.join(', ')}`, fallback });
}

function invalidValue(flags: string, text: string, expected: string): RmaError {
  const name = flags.replace(/^.*?(--[a-z-]+).*$/, '$1');
  return new RmaError('RMA_USAGE_INVALID_VALUE', `${name} expects ${expected}, got "${text}"`, {
    exitCode: 2,
  });
}
