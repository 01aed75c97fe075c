import { nameOf } from './needed-by.ts';

/** Returns whether a pin refers to a model: its path, or a reference to it or to its repository. */
export function isPinned(
  { references, path }: { readonly references: readonly string[]; readonly path: string },
  pins: readonly string[],
): boolean {
  if (pins.length === 0) return false;
  const own = new Set([path, ...references.map(nameOf)]);
  return pins.some((pin) => own.has(pin) || own.has(nameOf(pin)));
}
