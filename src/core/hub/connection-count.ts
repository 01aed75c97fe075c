/** How many connections fetch one file of a host at the same time. */
export interface ConnectionCount {
  readonly count: number;
  /** rate of all files with the count before, bytes a second; 0: not measured */
  readonly before: number;
  /** when more connections stopped to help, monotonic ms; null: more are being tried */
  readonly settledAt: number | null;
}

export const ONE_CONNECTION: ConnectionCount = { count: 1, before: 0, settledAt: null };

export const MAX_CONNECTIONS = 8;

/** A count helps if the total rate rises by more than this factor. */
const GAIN = 1.1;

/** After this time more connections are tried again: the line may have become another one. */
const SETTLED_MS = 30_000;

/**
 * Returns the count after its total rate was measured: doubled while the rate rises by more than 10 %, else the one before.
 */
export function nextCount(
  { count, before, settledAt }: ConnectionCount,
  { rate, now }: { readonly rate: number; readonly now: number },
): ConnectionCount {
  const isFull = count * 2 > MAX_CONNECTIONS;
  if (settledAt !== null) {
    if (isFull || now - settledAt < SETTLED_MS) return { count, before, settledAt };
    return { count: count * 2, before: rate, settledAt: null };
  }
  if (rate <= before * GAIN) return { count: Math.max(1, count / 2), before, settledAt: now };
  if (isFull) return { count, before, settledAt: now };
  return { count: count * 2, before: rate, settledAt: null };
}
