import { parseWait } from '../core/units.ts';
import { type OptionSpec, parsedOption } from './option.ts';

/** Declares `--wait-timeout`, in seconds. */
export function waitTimeoutOption(description: string, fallback: number): OptionSpec<number> {
  const expected = 'a duration such as 90s or 30m (maximum 24d)';
  return parsedOption('--wait-timeout <TIME>', description, { parse: parseWait, expected, fallback });
}
