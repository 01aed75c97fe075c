/** What every login shell reads as itself. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;
const QUOTE = "'";

/**
 * Returns words as the command that `ssh` passes to the login shell of another machine, quoted once: POSIX shells and fish
 * read back exactly these words, csh those without a line feed. In single quotes, fish reads a backslash as an escape and csh an
 * exclamation mark as history: these are quoted outside of them. The words have no NUL.
 */
export function remoteCommand(words: readonly string[]): string {
  return words.map(remoteWord).join(' ');
}

function remoteWord(word: string): string {
  if (PLAIN.test(word)) return word;
  const escaped = word.replaceAll(/['\\!]/g, (char) => `${QUOTE}\\${char}${QUOTE}`);
  return QUOTE + escaped + QUOTE;
}
