/** Returns whole milliseconds of a time in nanoseconds as decimal text, cut off towards zero. */
export function milliseconds(nanoseconds: string): number {
  // without BigInt where digits suffice: an inventory has a time for each of its files
  return nanoseconds.length > 7 ? Number(nanoseconds.slice(0, -6)) : Number(BigInt(nanoseconds) / 1_000_000n);
}
