/** Splits a command line into words as a POSIX shell does, without expansions: quotes and backslashes only. */
export function shellWords(line: string): readonly string[] {
  const words = line.match(/(?:[^\s"'\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|'[^']*')+|["'].*$/g) ?? [];
  return words.map((word) =>
    (word.match(/"(?:[^"\\]|\\[\s\S])*"|'[^']*'|\\[\s\S]|[\s\S]/g) ?? []).map(unquoted).join(''),
  );
}

/** Returns the meaning of a quoted part, or of one character. */
function unquoted(part: string): string {
  if (part.length > 1 && part.startsWith("'")) return part.slice(1, -1);
  if (part.length > 1 && part.startsWith('"')) return part.slice(1, -1).replace(/\\(["\\$`])/g, '$1');
  return part.length > 1 ? part.slice(1) : part;
}
