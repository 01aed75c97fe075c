/**
 * True for a model reference (`hf:org/repo`, `https://...`), false for a name of the catalog, which has no colon.
 * Whether the reference is well formed is for its parser to say.
 */
export function isReference(nameOrRef: string): boolean {
  return /^[a-z]+:/i.test(nameOrRef);
}
