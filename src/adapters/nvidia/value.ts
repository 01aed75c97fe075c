const MIB = 1024 * 1024;

/** What nvidia-smi writes where it has no value, in brackets (CSV) or without (XML). */
const UNTOLD = new Set([
  '',
  'n/a',
  'none',
  'unknown',
  'not supported',
  'not found',
  'not available',
  'unknown error',
  'insufficient permissions',
  'requested functionality has been deprecated',
]);
/** What it writes for a GPU that does not answer any more. */
const BROKEN = new Set(['gpu is lost', 'gpu requires reset', 'unknown error', 'err!']);
/** What it writes for memory that a GPU does not have of its own. */
const NONE_OF_ITS_OWN = new Set(['n/a', 'not supported']);

/** The text of a value as the driver wrote it, without brackets; null for what is no text. */
export function rawText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return value.trim().replace(/^\[(.*)\]$/, '$1');
}

/** The text of a value, null where the driver does not tell. */
export function knownText(value: unknown): string | null {
  const text = rawText(value);
  return text === null || UNTOLD.has(text.toLowerCase()) || brokenText(text) !== null ? null : text;
}

/** The driver's words for a GPU that does not answer, null for any other value. */
export function brokenText(value: unknown): string | null {
  const text = rawText(value);
  return text !== null && BROKEN.has(text.toLowerCase()) ? text : null;
}

export function isNotApplicable(value: unknown): boolean {
  return NONE_OF_ITS_OWN.has(rawText(value)?.toLowerCase() ?? '');
}

/** Bytes of `24564 MiB` or, as CSV without units has it, `24564`; null where the driver does not tell. */
export function memoryBytes(value: unknown): number | null {
  const match = /^(\d{1,9})(?: MiB)?$/.exec(rawText(value) ?? '');
  return match === null ? null : Number(match[1]) * MIB;
}

/** The number of `37 %`, `41 C` or `4711`; null where the driver does not tell. */
export function wholeNumber(value: unknown): number | null {
  const match = /^(\d{1,10})(?: [%C])?$/.exec(rawText(value) ?? '');
  return match === null ? null : Number(match[1]);
}
