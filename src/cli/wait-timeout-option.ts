import { parseWait } from '../core/units.ts';
import { type OptionSpec, parsedOption } from './option.ts';

/** Declares `--wait-timeout`, in seconds. */
export function waitTimeoutOption<F extends number | null>(
  description: string,
  fallback: F,
): OptionSpec<number | F> {
  const expected = 'a duration such as 90s or 30m (maximum 24d)';
  return parsedOption('--wait-timeout <TIME>', description, { parse: parseWait, expected, fallback });
}
