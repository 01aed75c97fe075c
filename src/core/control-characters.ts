/** Characters that some parsers treat as a line break, or reject. */
const RARE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Returns whether the text needs double quotes and escapes. */
export function hasControls(text: string): boolean {
  return [...text].some((character) => character < ' ') || text.search(RARE) !== -1;
}

/** Escapes these characters as `\uXXXX`, valid in JSON and double-quoted YAML; JSON and YAML writers do not escape them. */
export function escapeControls(text: string): string {
  return text.replace(RARE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
