import { EXIT, RmaError } from '../core/errors.ts';

/** One option of a command line. `read` parses its texts (none if absent). */
export interface OptionSpec<T> {
  /** in the format of commander: `-f, --file <FILE>` */
  readonly flags: string;
  readonly description: string;
  readonly read: (texts: readonly string[]) => T;
}

/** Declares a boolean option. */
export function flagOption(flags: string, description: string): OptionSpec<boolean> {
  return { flags, description, read: (texts) => texts.length > 0 };
}

/** Declares a text option, null if absent; the last one is used. */
export function textOption(flags: string, description: string): OptionSpec<string | null> {
  // an unset variable in a script becomes an empty text, which is not a valid path
  const read = (texts: readonly string[]): string | null => {
    const last = texts.at(-1);
    if (last === '') throw invalidValue({ flags, description }, last, 'a value');
    return last ?? null;
  };
  return { flags, description, read };
}

/** Declares a text option that may be repeated; none if absent. */
export function textsOption(flags: string, description: string): OptionSpec<readonly string[]> {
  return {
    flags,
    description,
    read: (texts) => {
      if (texts.includes('')) throw invalidValue({ flags, description }, '', 'a value');
      return texts;
    },
  };
}

/** Declares an option that `parse` reads (null: invalid), `fallback` if absent. */
export function parsedOption<T, F>(
  flags: string,
  description: string,
  form: { readonly parse: (text: string) => T | null; readonly expected: string; readonly fallback: F },
): OptionSpec<T | F> {
  const read = (texts: readonly string[]): T | F => {
    const text = texts.at(-1);
    if (text === undefined) return form.fallback;
    const value = form.parse(text);
    if (value === null) throw invalidValue({ flags, description }, text, form.expected);
    return value;
  };
  return { flags, description, read };
}

/** Declares an option that can be repeated; `faultOf` returns why a text is invalid, null if it is not. */
export function repeatedOption(
  flags: string,
  description: string,
  faultOf: (text: string) => string | null,
): OptionSpec<readonly string[]> {
  const read = (texts: readonly string[]): readonly string[] => {
    for (const text of texts) {
      const fault = faultOf(text);
      if (fault === null) continue;
      throw new RmaError('RMA_USAGE_INVALID_VALUE', `${nameOf(flags)} "${text}": ${fault}`, {
        exitCode: EXIT.usage,
        hint: `${flags}: ${description}`,
      });
    }
    return texts;
  };
  return { flags, description, read };
}

/** Declares an option with a fixed list of values. */
export function choiceOption<const C extends readonly string[]>(
  flags: string,
  description: string,
  { choices, fallback }: { readonly choices: C; readonly fallback: C[number] },
): OptionSpec<C[number]> {
  const parse = (text: string): C[number] | null => choices.find((choice) => choice === text) ?? null;
  return parsedOption(flags, description, { parse, expected: `one of ${choices.join(', ')}`, fallback });
}

function invalidValue(
  { flags, description }: Pick<OptionSpec<unknown>, 'flags' | 'description'>,
  text: string,
  expected: string,
): RmaError {
  return new RmaError('RMA_USAGE_INVALID_VALUE', `${nameOf(flags)} expects ${expected}, got "${text}"`, {
    exitCode: EXIT.usage,
    hint: `${flags}: ${description}`,
  });
}

function nameOf(flags: string): string {
  return flags.replace(/^.*?(--[a-z-]+).*$/, '$1');
}
