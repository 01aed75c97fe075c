/** A request is slow below this share of the median rate. */
const SHARE = 0.1;

/** Returns whether a request stalls or crawls: it has less than 10 % of the median of the other rates, if there are any. */
export function isSlow(rate: number, others: readonly number[]): boolean {
  const sorted = [...others].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  return median !== undefined && rate < median * SHARE;
}
