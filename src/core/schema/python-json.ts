import { readJson } from './parse.ts';

/** Replaces the values that only Python writes until they are removed. */
const MARK = '\u0000';
/** A string, or such a value. The alternatives start with different characters, so matching is linear. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/gs;

/**
 * Parses JSON as Python's `json` writes it, with bare `NaN`, `Infinity` and `-Infinity`: keys with such a value are
 * omitted. Returns undefined for any other text that is not JSON.
 * Format: https://docs.python.org/3/library/json.html#infinite-and-nan-number-values
 */
export function readPythonJson(text: string): unknown {
  const strict = readJson(text);
  if (strict !== undefined) return strict;
  const marked = text.replace(TOKENS, (token) => (token.startsWith('"') ? token : JSON.stringify(MARK)));
  try {
    return JSON.parse(marked, (_, value: unknown) => (value === MARK ? undefined : value)) as unknown;
  } catch {
    return undefined;
  }
}
