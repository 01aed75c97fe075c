/**
 * Returns whether a text is a model reference (`hf:org/repo`, `https://...`) or a catalog name, which has no colon. Does
 * not check the syntax of the reference.
 */
export function isReference(nameOrRef: string): boolean {
  return /^[a-z]+:/i.test(nameOrRef);
}
