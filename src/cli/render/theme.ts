import { Chalk } from 'chalk';
import type { COLOR_WHEN } from '../global-options.ts';
import type { OutStream } from '../process-io.ts';

const UNICODE = {
  ok: '✔',
  fail: '✖',
  skip: '-',
  warn: '!',
  arrow: '→',
  ellipsis: '…',
  full: '█',
  empty: '░',
} as const;
const ASCII: Symbols = {
  ok: '+',
  fail: 'x',
  skip: '-',
  warn: '!',
  arrow: '->',
  ellipsis: '...',
  full: '#',
  empty: '.',
};

export type Symbols = Readonly<Record<keyof typeof UNICODE, string>>;

type Paint = (text: string) => string;

/** Style of the text for one stream. Without color the paint functions return their text unchanged. */
export interface Theme {
  readonly color: boolean;
  readonly unicode: boolean;
  readonly symbols: Symbols;
  /** columns of the terminal; null for no truncation */
  readonly columns: number | null;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

export type ColorWhen = (typeof COLOR_WHEN)[number];
type Env = Readonly<Record<string, string | undefined>>;

export interface ThemeOptions {
  readonly color: ColorWhen;
  /** keeps tables at their full width */
  readonly noTrunc?: boolean;
}

/** Returns the theme for a stream. */
export function createTheme(stream: OutStream, env: Env, options: ThemeOptions): Theme {
  const { color: when, noTrunc = false } = options;
  const color = usesColor(stream, env, when);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const unicode = usesUnicode(env);
  return {
    color,
    unicode,
    symbols: unicode ? UNICODE : ASCII,
    // pseudo-terminals without a size have 0 columns
    columns: stream.isTTY === true && !noTrunc ? stream.columns || null : null,
    bold: chalk.bold,
    dim: chalk.dim,
    red: chalk.red,
    green: chalk.green,
    yellow: chalk.yellow,
  };
}

/** Returns whether to use color: by flag, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, then by the type of the stream. */
function usesColor(stream: OutStream, env: Env, when: ColorWhen): boolean {
  if (when !== 'auto') return when === 'always';
  if (env['NO_COLOR']) return false;
  const force = env['FORCE_COLOR'] ?? env['CLICOLOR_FORCE'];
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb' && env['CLICOLOR'] !== '0';
}

/** Returns whether the locale is UTF-8, from the variables in the order of POSIX. */
function usesUnicode(env: Env): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale);
}
