import type { InStream, OutStream, ProcessIo } from './process-io.ts';
import { type ColorWhen, createTheme, type Theme } from './render/theme.ts';

// control sequences of xterm, which all terminals know that have a second screen
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** In raw mode the terminal sends Ctrl-C as a character. */
const QUIT_KEYS = ['q', 'Q', '\u0003'];
const DEFAULT_ROWS = 24;

/** The second screen of the terminal, which leaves no trace on the first. Open until `close`. */
export class Screen {
  readonly #output: OutStream;
  readonly #input: InStream;
  readonly #themeNow: () => Theme;
  readonly #quit = new AbortController();
  #text: (theme: Theme) => string = () => '';

  constructor({ stdout, stdin, env }: Pick<ProcessIo, 'stdout' | 'stdin' | 'env'>, color: ColorWhen) {
    this.#output = stdout;
    this.#input = stdin;
    this.#themeNow = () => createTheme(stdout, env, { color });
    stdout.write(ENTER);
    stdout.on('resize', this.#draw);
    if (stdin.isTTY !== true) return;
    stdin.setRawMode?.(true);
    stdin.on('data', this.#onKey);
  }

  /** aborted when the user presses q or Ctrl-C */
  get quit(): AbortSignal {
    return this.#quit.signal;
  }

  /** Shows a text in place of the last one; lines below the end of the terminal are counted only. */
  show(text: (theme: Theme) => string): void {
    this.#text = text;
    this.#draw();
  }

  /** Restores the terminal. */
  close(): void {
    this.#output.off('resize', this.#draw);
    this.#input.off('data', this.#onKey);
    if (this.#input.isTTY === true) {
      this.#input.setRawMode?.(false);
      // an input that is read keeps the process alive
      this.#input.pause();
    }
    this.#output.write(LEAVE);
  }

  readonly #draw = (): void => {
    const theme = this.#themeNow();
    const lines = fitted(this.#text(theme).split('\n'), this.#output.rows || DEFAULT_ROWS, theme);
    this.#output.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`);
  };

  readonly #onKey = (keys: Buffer | string): void => {
    if (QUIT_KEYS.some((key) => String(keys).includes(key))) this.#quit.abort();
  };
}

function fitted(lines: readonly string[], rows: number, { symbols }: Theme): readonly string[] {
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, rows - 1);
  return [...shown, `${symbols.ellipsis} ${lines.length - shown.length} more lines`];
}
