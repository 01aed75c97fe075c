/** The bytes from the first number up to, not including, the second. */
export type Range = readonly [start: number, end: number];

/** Ranges in order, not empty, with a gap between each two. */
export type RangeSet = readonly Range[];

/** Returns the set of all bytes in these ranges, which may overlap and have any order. */
export function rangeSet(ranges: readonly Range[]): RangeSet {
  const merged: Range[] = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (end <= start) continue;
    if (last === undefined || start > last[1]) merged.push([start, end]);
    else merged[merged.length - 1] = [last[0], Math.max(last[1], end)];
  }
  return merged;
}

/** Returns the set with the bytes of one more range. */
export function withRange(ranges: RangeSet, range: Range): RangeSet {
  return rangeSet([...ranges, range]);
}

/** Returns the set without the bytes of a range. */
export function withoutRange(ranges: RangeSet, [start, end]: Range): RangeSet {
  return rangeSet(
    ranges.flatMap(([from, to]): Range[] => [
      [from, Math.min(to, start)],
      [Math.max(from, end), to],
    ]),
  );
}

/** Returns the bytes of a file of this size that are not in the set. */
export function gapsOf(ranges: RangeSet, bytes: number): RangeSet {
  return ranges.reduce<RangeSet>(withoutRange, rangeSet([[0, bytes]]));
}

/** Returns the number of bytes in the set. */
export function sizeOf(ranges: RangeSet): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
}

/** Returns the number of bytes from the start of the file that are in the set without a gap. */
export function prefixOf(ranges: RangeSet): number {
  const [first] = ranges;
  return first?.[0] === 0 ? first[1] : 0;
}
