/** Returns the lines of two texts as a difference: `- ` removed, `+ ` added, two spaces unchanged. */
export function lineDiff(before: string, after: string): readonly string[] {
  const old = linesOf(before);
  const next = linesOf(after);
  const lengths = commonLengths(old, next);
  const common = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  const result: string[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < next.length) {
    if (i < old.length && j < next.length && old[i] === next[j]) {
      result.push(`  ${old[i++]}`);
      j++;
    } else if (i < old.length && (j === next.length || common(i + 1, j) >= common(i, j + 1))) {
      result.push(`- ${old[i++]}`);
    } else {
      result.push(`+ ${next[j++]}`);
    }
  }
  return result;
}

/** Returns the length of the longest common subsequence of every pair of tails. */
function commonLengths(old: readonly string[], next: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(next.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? [];
    const below = lengths[i + 1] ?? [];
    for (let j = next.length - 1; j >= 0; j--) {
      row[j] = old[i] === next[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
