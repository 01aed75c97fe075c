/** Returns the token in the text of a file: 16 to 512 characters of the form of RFC 6750; null for any other text. */
export function parsePeerToken(text: string): string | null {
  const token = text.trim();
  return /^[\w.~+/=-]{16,512}$/.test(token) ? token : null;
}
