import { closingBracket } from './glob.ts';

/** One item of the part of a reference that selects files. */
export type SelectionItem =
  /** files that match a pattern */
  | { readonly kind: 'glob'; readonly glob: string }
  /** files that match are left out, whatever other items select */
  | { readonly kind: 'exclude'; readonly glob: string }
  /** GGUF models of a quantization, as in file names; null: the only GGUF model */
  | { readonly kind: 'gguf'; readonly quantization: string | null }
  | { readonly kind: 'safetensors' }
  | { readonly kind: 'tokenizer' };

const GGUF = /^gguf(?::([A-Za-z0-9_-]{1,40}))?$/;

/**
 * Parses the part of a reference that selects files: items between commas, each a glob, `!GLOB` for files to leave out, or
 * a preset (`safetensors`, `gguf:QUANTIZATION`, `tokenizer`, `all`). A comma in brackets belongs to its glob.
 */
export function parseSelection(pattern: string): readonly SelectionItem[] {
  return itemsOf(pattern).map(parseItem);
}

/** Returns why a text selects no files; null if it is valid. */
export function selectionFault(pattern: string): string | null {
  if ([...pattern].some((char) => char < ' ' || char === '\u007f')) return 'it contains a control character';
  const items = itemsOf(pattern);
  if (items.some((item) => /^!?$/.test(item))) return 'an item of the list is empty';
  const absolute = items.find((item) => /^!?\//.test(item));
  if (absolute !== undefined) return 'paths are relative to the repository';
  const gguf = items.find((item) => /^gguf:/.test(item) && !GGUF.test(item));
  return gguf === undefined ? null : `"${gguf}" does not name a quantization, such as gguf:Q4_K_M`;
}

/** Returns the one text for all spellings of a selection. */
export function canonicalSelection(pattern: string): string {
  return itemsOf(pattern).map(canonicalItem).join(',');
}

/** Returns the selection of these globs, as for `hf download`; null if there are none. */
export function selectionOf(include: readonly string[], exclude: readonly string[]): string | null {
  const items = [...include.map(escaped), ...exclude.map((glob) => `!${escaped(glob)}`)];
  return items.length === 0 ? null : canonicalSelection(items.join(','));
}

/** Returns the path that a selection without patterns, presets and lists names; null for another one. */
export function namedFile(pattern: string): string | null {
  const [item, ...more] = parseSelection(pattern);
  return item?.kind === 'glob' && more.length === 0 && isLiteral(item.glob) ? item.glob : null;
}

/** Returns whether a glob matches one path only. */
export function isLiteral(glob: string): boolean {
  return !/[*?[\]{}]/.test(glob) && !glob.endsWith('/');
}

/** Returns the text of an item, as in a reference. */
export function formatItem(item: SelectionItem): string {
  if (item.kind === 'glob') return item.glob;
  if (item.kind === 'exclude') return `!${item.glob}`;
  if (item.kind !== 'gguf') return item.kind;
  return item.quantization === null ? 'gguf' : `gguf:${item.quantization}`;
}

function itemsOf(pattern: string): readonly string[] {
  const chars = [...pattern];
  const items: string[] = [];
  let start = 0;
  for (let at = 0; at <= chars.length; at += 1) {
    if (chars[at] === '[') at = Math.max(at, closingBracket(chars, at));
    if (at < chars.length && chars[at] !== ',') continue;
    items.push(chars.slice(start, at).join(''));
    start = at + 1;
  }
  return items;
}

function parseItem(text: string): SelectionItem {
  if (text === 'all') return { kind: 'glob', glob: '*' };
  if (text === 'safetensors' || text === 'tokenizer') return { kind: text };
  const [gguf, quantization] = GGUF.exec(text) ?? [];
  if (gguf !== undefined) return { kind: 'gguf', quantization: quantization?.toUpperCase() ?? null };
  return text.startsWith('!') ? { kind: 'exclude', glob: text.slice(1) } : { kind: 'glob', glob: text };
}

function canonicalItem(text: string): string {
  return formatItem(parseItem(text));
}

/** A comma in a glob would end its item. */
function escaped(glob: string): string {
  return itemsOf(glob).join('[,]');
}
