import { escapeControls } from './control-characters.ts';

/** Returns the value as JSON with sorted keys, so that equal values give equal bytes; `indent` spaces per level. */
export function canonicalJson(value: unknown, indent = 0): string {
  return escapeControls(JSON.stringify(sortKeys(value), null, indent));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
