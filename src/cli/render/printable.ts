/**
 * Returns the text as one line without control characters, marks that change the direction of writing, and halves of
 * characters: external names must not control the terminal, or look like other names.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]+/gu, ' ');
}
