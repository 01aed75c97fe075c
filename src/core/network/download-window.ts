import type { DownloadWindow } from '../domain/download-limits.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** Parses `22:00-06:00`; null for any other text. */
export function parseWindow(text: string): DownloadWindow | null {
  const match = /^(\d\d?):(\d\d)-(\d\d?):(\d\d)$/.exec(text.trim());
  if (match === null) return null;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  const isTime = from < 1440 && to <= 1440 && fromMinute < 60 && toMinute < 60;
  return isTime && from !== to % 1440 ? { from, to: to % 1440 } : null;
}

/** Returns the window as its setting is written. */
export function windowText({ from, to }: DownloadWindow): string {
  return `${timeText(from)}-${timeText(to)}`;
}

/**
 * Returns how long the window stays closed, and if it is open, how long it stays open, ms. `time` is the time of day, ms
 * after midnight. A change of the clocks on that day shifts both.
 */
export function windowState(
  { from, to }: DownloadWindow,
  time: number,
): { readonly closedMs: number; readonly openMs: number } {
  const toStart = (from * MINUTE_MS - time + DAY_MS) % DAY_MS;
  const toEnd = (to * MINUTE_MS - time + DAY_MS) % DAY_MS;
  // the end comes first while it is open; at the end itself it is closed
  const isOpen = toStart === 0 || (toEnd > 0 && toEnd < toStart);
  return isOpen ? { closedMs: 0, openMs: toEnd } : { closedMs: toStart, openMs: 0 };
}

function timeText(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
