/** A sample: monotonic milliseconds and bytes received so far. */
interface Sample {
  readonly at: number;
  readonly bytes: number;
}

const WINDOW_MS = 10_000;

/** Samples closer than this are merged: a fast download has thousands a second. */
const STEP_MS = 100;

/** The samples of the last ten seconds of a download. Immutable: `addSample` returns a new one. */
export type RateWindow = readonly Sample[];

/** Returns the window with one more sample, without samples that are too old; it replaces one that is very close. */
export function addSample(window: RateWindow, at: number, bytes: number): RateWindow {
  const [last, before] = [window.at(-1), window.at(-2)];
  if (last !== undefined && before !== undefined && last.at - before.at < STEP_MS)
    return [...window.slice(0, -1), { at, bytes }];
  const kept = window.filter((sample, index) => sample.at >= at - WINDOW_MS || index === window.length - 1);
  return [...kept, { at, bytes }];
}

/** Returns bytes per second over the window; null until it spans half a second. */
export function bytesPerSecond(window: RateWindow): number | null {
  const first = window[0];
  const last = window.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 500) return null;
  return Math.max(0, Math.round(((last.bytes - first.bytes) * 1000) / (last.at - first.at)));
}

/** Returns whole seconds for `remaining` bytes at `rate` bytes per second; null if unknown. */
export function etaSeconds(remaining: number, rate: number | null): number | null {
  if (remaining <= 0) return 0;
  return rate === null || rate === 0 ? null : Math.ceil(remaining / rate);
}
