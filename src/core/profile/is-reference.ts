import { isSetName } from './model-sets.ts';

/**
 * Returns whether a text is a model reference, or a name that means one (`hf:org/repo`, `https://...`, `org/repo`,
 * `llava:7b`, `ollama run llava`, `models--org--repo`), unlike a catalog name, which has no colon,
 * slash or space, and a set (`set:starter`). Does not check the syntax.
 */
export function isReference(nameOrRef: string): boolean {
  return !isSetName(nameOrRef) && /[:/\\\s]|^models--/.test(nameOrRef.trim());
}
