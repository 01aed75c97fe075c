/** Returns the text as one line without control characters: external names must not control the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
