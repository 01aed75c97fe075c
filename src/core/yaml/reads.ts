const REFUSED: unique symbol = Symbol('refused');

/** Why a value was not taken: completes "must be ...". */
export interface Refusal {
  readonly [REFUSED]: true;
  readonly mustBe: string;
}

/** Takes a value of a document as a `T`, or says what it must be. Never sees null: that is an absent field. */
export type Read<T> = (value: unknown) => T | Refusal;

export function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && REFUSED in result;
}

/** The value as a person would recognise it, short. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

/** Text that is not empty, and matches the pattern where one is given. */
export function text(rule?: { readonly pattern: RegExp; readonly mustBe: string }): Read<string> {
  return (value) => {
    if (typeof value !== 'string' || value.trim() === '') return refuse(rule?.mustBe ?? 'text');
    return rule === undefined || rule.pattern.test(value) ? value : refuse(rule.mustBe);
  };
}

export function choice<const T extends string>(choices: readonly T[]): Read<T> {
  return (value) =>
    choices.find((candidate) => candidate === value) ?? refuse(`one of ${choices.join(', ')}`);
}

/** A whole number; both ends are allowed. */
export function integer(min: number, max: number): Read<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : refuse(`a whole number from ${min} to ${max}`);
}

/** `true` or `false`. */
export const yesOrNo: Read<boolean> = (value) =>
  typeof value === 'boolean' ? value : refuse('true or false');

/** A list of texts. Numbers are refused, not converted: `1_000` and `1e3` do not mean what they show. */
export const texts: Read<readonly string[]> = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value
    : refuse('a list of texts (quote numbers)');

/** Text by name. */
export const textMap: Read<Readonly<Record<string, string>>> = (value) =>
  typeof value === 'object' &&
  !Array.isArray(value) &&
  Object.values(value ?? {}).every((v) => typeof v === 'string')
    ? (value as Record<string, string>)
    : refuse('a mapping of names to texts (quote numbers)');

/** Text that `parse` turns into a number, such as a size or a duration. */
export function measure(parse: (text: string) => number | null, mustBe: string): Read<number> {
  return (value) => (typeof value === 'string' ? parse(value) : null) ?? refuse(mustBe);
}

/** A refusal, for reads of one's own. */
export function refuse(mustBe: string): Refusal {
  return { [REFUSED]: true, mustBe };
}
