const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds in a duration such as `30s`, `1m30s` or `2h`; null when the text is none. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d{1,6}[hms])+$/.test(text)) return null;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([hms])/g)) {
    sum += Number(amount) * (SECONDS[unit ?? ''] ?? 0);
  }
  return sum;
}
