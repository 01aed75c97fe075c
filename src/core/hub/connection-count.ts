/** How many connections fetch one file of a host at the same time. */
export interface ConnectionCount {
  readonly count: number;
  /** rate of all files with the count before, bytes a second; 0: not measured */
  readonly before: number;
  /** when more connections stopped to help, monotonic ms; null: more are being tried */
  readonly settledAt: number | null;
}

export const ONE_CONNECTION: ConnectionCount = { count: 1, before: 0, settledAt: null };

/** Most connections of one file. */
export const MAX_CONNECTIONS = 16;

/** Four times as many are tried: a line with a limit per connection then shows a large gain, and noise does not. */
const STEP = 4;

/** A count helps if the total rate rises by more than this factor. */
const GAIN = 1.2;

/**
 * One connection with this rate, bytes a second, is not limited by the line or the server, but by this machine, which
 * receives and hashes all connections with two CPUs. Bytes that arrive in order are hashed before they leave the memory.
 */
const ENOUGH = 256 * 1024 * 1024;

/** After this time more connections are tried again: the line may have become another one. */
const SETTLED_MS = 30_000;

/**
 * Returns the count after its total rate was measured: four times as many while the rate rises by more than 20 %, else the
 * one before. One connection stays alone while it is fast enough.
 */
export function nextCount(
  state: ConnectionCount,
  { rate, now }: { readonly rate: number; readonly now: number },
): ConnectionCount {
  const { count, before, settledAt } = state;
  if (count === 1 && rate >= ENOUGH) return state;
  const isFull = count * STEP > MAX_CONNECTIONS;
  if (settledAt !== null) {
    if (isFull || now - settledAt < SETTLED_MS) return { count, before, settledAt };
    return { count: count * STEP, before: rate, settledAt: null };
  }
  if (rate <= before * GAIN) return { count: Math.max(1, count / STEP), before, settledAt: now };
  if (isFull) return { count, before, settledAt: now };
  return { count: count * STEP, before: rate, settledAt: null };
}
