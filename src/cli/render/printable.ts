/**
 * Returns the text as one line without control characters, invisible characters (`Cf` and `Default_Ignorable_Code_Point`
 * of Unicode: marks of writing direction, zero-width spaces, variation selectors, tags), and halves of characters: external
 * names must not control the terminal, or look like other names.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]+/gu, ' ');
}
