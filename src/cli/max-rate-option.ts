import { parseBytes } from '../core/units.ts';
import { type OptionSpec, parsedOption } from './option.ts';

/** Declares `--max-rate`: bytes per second, null if absent. */
export function maxRateOption(description: string): OptionSpec<number | null> {
  return parsedOption('--max-rate <RATE>', description, {
    parse: parseRate,
    expected: 'a size per second such as 200MiB',
    fallback: null,
  });
}

/** Parses a rate such as `200MiB` or `200MiB/s`; null for any other text, and for 0. */
function parseRate(text: string): number | null {
  const bytes = parseBytes(text.replace(/\/s$/, ''));
  return bytes === 0 ? null : bytes;
}
