import type { RmaEvent } from '../../core/events.ts';
import { printable } from '../render/printable.ts';
import type { Theme } from '../render/theme.ts';

type Step = Extract<RmaEvent, { type: 'step' }>;
type Warning = Extract<RmaEvent, { type: 'warning' }>;

/** Formats a step as one line with its mark. */
export function stepText({ state, text }: Step, theme: Theme): string {
  return `${stepMark(state, theme)} ${printable(text)}`;
}

export function stepMark(state: Step['state'], { symbols, green, red, dim }: Theme): string {
  switch (state) {
    case 'start':
      return dim(symbols.arrow);
    case 'done':
      return green(symbols.ok);
    case 'skip':
      return dim(symbols.skip);
    case 'fail':
      return red(symbols.fail);
  }
}

/** Formats a warning, with its hint on a second line. */
export function warningText({ code, text, hint }: Warning, { yellow, bold, dim }: Theme): string {
  const first = `${yellow(bold('warning:'))} ${printable(text)} ${dim(`(${code})`)}`;
  return hint === undefined ? first : `${first}\n  ${bold('hint:')} ${printable(hint)}`;
}
