import type { OptionSpec } from './option.ts';

/** The value of an option, and the words that set it. */
export interface GivenOption<T> {
  readonly value: T;
  /** `['--keep', '30d']`; empty if the option is absent */
  readonly words: readonly string[];
}

type Options = Readonly<Record<string, OptionSpec<unknown>>>;

type WithTexts<O extends Options> = {
  readonly [K in keyof O]: O[K] extends OptionSpec<infer T> ? OptionSpec<GivenOption<T>> : never;
};

type Given = Readonly<Record<string, GivenOption<unknown>>>;

/** The values of options. */
export type ValuesOf<G extends Given> = {
  readonly [K in keyof G]: G[K] extends GivenOption<infer T> ? T : never;
};

/** Returns options with a value that also keep their words: for commands that write another command line. */
export function withTexts<O extends Options>(options: O): WithTexts<O> {
  const entries = Object.entries(options).map(([key, { flags, description, read }]) => {
    const name = /--[a-z-]+/.exec(flags)?.[0] ?? '';
    const given = (texts: readonly string[]): GivenOption<unknown> => ({
      value: read(texts),
      words: texts.flatMap((text) => [name, text]),
    });
    return [key, { flags, description, read: given }];
  });
  // keys and value types match those of the options, which Object.fromEntries cannot express
  return Object.fromEntries(entries) as WithTexts<O>;
}

/** Returns the values without their words. */
export function valuesOf<G extends Given>(given: G): ValuesOf<G> {
  return Object.fromEntries(Object.entries(given).map(([key, { value }]) => [key, value])) as ValuesOf<G>;
}
