/** Characters that some readers take for the end of a line, or refuse. */
const RARE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** True when the text can only stand in double quotes, with escapes. */
export function hasControls(text: string): boolean {
  return [...text].some((character) => character < ' ') || text.search(RARE) !== -1;
}

/** The rare ones as `\uXXXX`, as JSON and double-quoted YAML take them; JSON and YAML writers leave those as they are. */
export function escapeControls(text: string): string {
  return text.replace(RARE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
