import { formatEndpoints } from '../hub/endpoint-list.ts';
import { expected, type Parsed, parsed } from './parsed.ts';

/** What relative paths and `~` in a value mean. */
export interface PathScope {
  /** absolute: the directory of the file with the value, or the working directory */
  readonly base: string;
  /** null without a home directory */
  readonly home: string | null;
}

/** Where a value is. */
export interface ValuePlace extends PathScope {
  /** `rma.yaml:3:7`, `--port` or `RMA_PORTS` */
  readonly where: string;
}

/** How YAML writes the value: `texts` as one or a list of them, a `switch` also as `true` and `false`. A map becomes one text `key=value` per entry, as its flag is written; the entries of `hosts`, `placement` and `services` are JSON. */
export type YamlForm =
  | 'text'
  | 'texts'
  | 'number-or-text'
  | 'switch'
  | 'integer'
  | 'list'
  | 'map'
  | 'hosts'
  | 'placement'
  | 'services';

/**
 * How several sources are combined: `first` uses the one with the highest precedence, `add-flags` adds flags to the other
 * sources, `merge` overrides entry by entry.
 */
export type Join = 'first' | 'add-flags' | 'merge';

/** One setting: its names, format and default. */
export interface Setting<T> {
  /** path in rma.yaml, dots between the levels */
  readonly key: string;
  /** in the format of commander; null if it can only be set in the file */
  readonly flags: string | null;
  /** the only command with this option, or the only ones; absent: every command with settings */
  readonly command?: string | readonly string[] | undefined;
  /** environment variables; the first one that is set is used */
  readonly env: readonly string[];
  readonly form: YamlForm;
  readonly join: Join;
  readonly description: string;
  /** as `rma.yaml` would write it; empty for none */
  readonly example: string;
  readonly fallback: T;
  /** description of the default */
  readonly fallbackText: string;
  /** Reads the texts that remain after joining; more than one only for lists and maps. */
  readonly parse: (text: string, place: ValuePlace) => Parsed<unknown>;
  readonly combine: (items: readonly unknown[]) => T;
}

interface Names {
  readonly key: string;
  readonly flags: string | null;
  readonly command?: string | readonly string[] | undefined;
  readonly env: readonly string[];
  readonly description: string;
  readonly example: string;
  readonly fallbackText: string;
}

/** Returns whether a command with settings has the option of this one. */
export function isOptionOf(
  { flags, command }: Pick<Setting<unknown>, 'flags' | 'command'>,
  path: string,
): boolean {
  return flags !== null && (command === undefined || [command].flat().includes(path));
}

/** A setting with one value. */
export function scalarSetting<T, F>(
  names: Names & {
    readonly form: 'text' | 'number-or-text' | 'switch' | 'integer';
    readonly fallback: F;
    readonly parse: (text: string, place: ValuePlace) => Parsed<T>;
  },
): Setting<T | F> {
  // the last item is a result of `parse`
  const combine = (items: readonly unknown[]): T | F => items.at(-1) as T;
  return { ...names, join: 'first', combine };
}

/** Declares addresses of a server, in order of preference; the value separates them by commas. */
export function endpointsSetting(
  names: Names & {
    readonly fallback: string;
    readonly parse: (text: string, place: ValuePlace) => Parsed<string>;
  },
): Setting<string> {
  const combine = (items: readonly unknown[]): string => formatEndpoints(items as readonly string[]);
  return { ...names, form: 'texts', join: 'first', combine };
}

/** Declares a list without duplicates; flags add to it or replace it. */
export function listSetting<T>(
  names: Names & {
    readonly join?: 'first' | 'add-flags';
    readonly parse: (text: string, place: ValuePlace) => Parsed<T>;
  },
): Setting<readonly T[]> {
  const combine = (items: readonly unknown[]): readonly T[] => [...new Set(items as readonly T[])];
  return { join: 'add-flags', ...names, form: 'list', fallback: [], combine };
}

/** Declares a map; sources with higher precedence override single entries. `parse` receives key and value. */
export function mapSetting<T>(
  names: Names & {
    readonly form: 'map' | 'hosts' | 'placement' | 'services';
    readonly fallback: Readonly<Record<string, T>>;
    readonly parseEntry: (key: string, value: string, place: ValuePlace) => Parsed<T>;
  },
): Setting<Readonly<Record<string, T>>> {
  const parse = (text: string, place: ValuePlace): Parsed<readonly [string, T]> => {
    const split = text.indexOf('=');
    if (split < 1) return expected(/<(.+)>/.exec(names.flags ?? '')?.[1] ?? 'KEY=VALUE');
    const key = text.slice(0, split);
    const entry = names.parseEntry(key, text.slice(split + 1), place);
    return entry.ok ? parsed([key, entry.value] as const) : entry;
  };
  const combine = (items: readonly unknown[]): Readonly<Record<string, T>> =>
    Object.fromEntries(items as readonly (readonly [string, T])[]);
  return { ...names, join: 'merge', parse, combine };
}

/** Returns the texts of an option or variable as its items: those of a list or map are also separated by commas. */
export function itemsOf(
  { form }: Pick<Setting<unknown>, 'form'>,
  texts: readonly string[],
): readonly string[] {
  if (form !== 'list' && form !== 'map' && form !== 'texts') return texts;
  return texts.flatMap((text) => {
    const items = text.split(',').map((item) => item.trim());
    // an empty text stays one, as an error
    return items.every((item) => item === '') ? [text] : items.filter((item) => item !== '');
  });
}
