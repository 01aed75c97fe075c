/** Longest pause between two tries, milliseconds. */
const MAX_PAUSE_MS = 30_000;

/** Longest `Retry-After` that is obeyed while something waits, milliseconds. */
const MAX_RETRY_AFTER_MS = 120_000;

/** Pause before try `attempt` (1 = the first repetition): doubles from `baseMs`, with the upper half random. `random` is in [0, 1). */
export function backoffMs(attempt: number, random: number, baseMs: number): number {
  const full = Math.min(MAX_PAUSE_MS, baseMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full / 2 + (full / 2) * random);
}

/** What a `Retry-After` header asks for (seconds or an HTTP date), in milliseconds and bounded; null when it says nothing. `now` is wall-clock time in ms. */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) : null;
  const ms = seconds === null ? Date.parse(header) - now : seconds * 1000;
  return Number.isFinite(ms) ? Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)) : null;
}

/** Whether a status says that the same request may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}
