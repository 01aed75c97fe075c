/** Returns an instant in a time zone, to the minute: `2026-11-29 03:00`. */
export function localTime(ms: number, timeZone: string): string {
  const options = { timeZone, dateStyle: 'short', timeStyle: 'short' } as const;
  // the Swedish format is that of ISO 8601 with a space
  return new Intl.DateTimeFormat('sv-SE', options).format(new Date(ms));
}
