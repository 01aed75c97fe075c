/** Returns the shortest known word that begins with the given one, else the closest by spelling; null if none is close. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const words = [...known];
  return shortestCompletion(word, words) ?? closestSpelling(word, words);
}

function shortestCompletion(word: string, known: readonly string[]): string | null {
  // a shorter word begins too many others by chance
  if (word.length < 4 || known.includes(word)) return null;
  const completions = known.filter((each) => each.toLowerCase().startsWith(word.toLowerCase()));
  return completions.toSorted((left, right) => left.length - right.length)[0] ?? null;
}

function closestSpelling(word: string, known: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(word.length * 0.4));
  let best: { readonly word: string; readonly distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit && (best === null || distance < best.distance))
      best = { word: candidate, distance };
  }
  return best?.word ?? null;
}

/** `unknown <what> "word"`, with the nearest known word or, failing that, all of them. */
export function unknownWord(what: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  const tail =
    near === null ? `known: ${known.join(', ') || 'none'}` : `did you mean ${JSON.stringify(near)}?`;
  return `unknown ${what} ${JSON.stringify(word)}; ${tail}`;
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words (Damerau, restricted). */
function editDistance(left: string, right: string): number {
  let older: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      const steps = [at(previous, j) + 1, at(current, j - 1) + 1, at(previous, j - 1) + cost];
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      if (swapped) steps.push(at(older, j - 2) + 1);
      current.push(Math.min(...steps));
    }
    older = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
