/** Words of these characters mean themselves in every shell. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;
const QUOTE = "'";
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const utf8 = new TextEncoder();

/**
 * Returns a word in the form that bash, ksh and zsh read back as exactly this word: unchanged where no character is
 * special, else in single quotes (POSIX.1-2024, 2.2.2), or in `$'…'` (2.2.4) where it has control characters, which must
 * not reach a terminal. The word has no NUL.
 */
export function shellQuote(word: string): string {
  if (PLAIN.test(word)) return word;
  return CONTROL.test(word)
    ? `$${QUOTE}${escaped(word)}${QUOTE}`
    : QUOTE + word.replaceAll(QUOTE, `'\\''`) + QUOTE;
}

/** Returns a command for users to paste: the text of the template, each value in it quoted as one word. */
export function shell(texts: TemplateStringsArray, ...words: readonly (string | number)[]): string {
  return texts.reduce((command, text, at) => `${command}${shellQuote(String(words[at - 1] ?? ''))}${text}`);
}

function escaped(word: string): string {
  return [...word].map((char) => (char === QUOTE || char === '\\' ? `\\${char}` : octal(char))).join('');
}

/** Octal is what all of these shells read alike; hexadecimal escapes end differently. */
function octal(char: string): string {
  if (!CONTROL.test(char)) return char;
  return [...utf8.encode(char)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
