import { Cron } from 'croner';

/** Returns the first run of an expression after an instant, in milliseconds since the Unix epoch; null if there is none. */
export function nextRun(expression: string, afterMs: number, timeZone: string): number | null {
  const cron = new Cron(expression, { timezone: timeZone, mode: '5-part' });
  return cron.nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** Returns the last run of an expression before an instant, as `nextRun` does. */
export function previousRun(expression: string, beforeMs: number, timeZone: string): number | null {
  const cron = new Cron(expression, { timezone: timeZone, mode: '5-part' });
  return cron.previousRuns(1, new Date(beforeMs))[0]?.getTime() ?? null;
}
