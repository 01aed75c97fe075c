const DAY = 86_400;

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: DAY,
  w: 7 * DAY,
  mo: 30 * DAY,
  y: 365 * DAY,
};

/** Parses an age such as `12h`, `30d`, `2w`, `6mo` or `1y6mo` to seconds, a month of 30 days; null for any other text. */
export function parseAge(text: string): number | null {
  if (!/^(\d{1,9}(mo|[smhdwy]))+$/.test(text)) return null;
  return [...text.matchAll(/(\d+)(mo|[smhdwy])/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (SECONDS[unit] ?? 0),
    0,
  );
}

/** An age limit; null: nothing is old enough. */
export interface AgeLimit {
  readonly seconds: number | null;
}

/** Parses an age limit, or `never`; null for any other text. */
export function parseAgeLimit(text: string): AgeLimit | null {
  if (text === 'never') return { seconds: null };
  const age = parseAge(text);
  return age === null ? null : { seconds: age };
}
