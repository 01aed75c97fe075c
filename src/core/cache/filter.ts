import { OTHER_SOURCE_NAMES, SOURCE_NAMES } from '../source/source-names.ts';
import { parseBytes } from '../units.ts';
import { parseAge } from './age.ts';

/** What a filter compares. */
export interface FilterSubject {
  readonly kind: string;
  readonly source: string | null;
  /** branches, tags and pull requests of a repository; the tag of an Ollama model */
  readonly refs: readonly string[];
  readonly bytes: number;
  /** RFC 3339; null if unknown */
  readonly lastUsedAt: string | null;
  readonly modifiedAt: string | null;
}

/** What a subject is compared with besides the value of a filter. */
interface FilterView {
  /** milliseconds since the epoch */
  readonly now: number;
  /** returns whether a name means a source */
  readonly isSource: (source: string, name: string) => boolean;
}

type Filter = (subject: FilterSubject, view: FilterView) => boolean;

/**
 * The grammar of `hf cache ls --filter`, in which units are decimal (`1GB`, `1g`) and ages may have `w`, `mo` and `y`.
 * https://github.com/huggingface/huggingface_hub/blob/main/src/huggingface_hub/cli/cache.py
 */
const EXPRESSION = /^([a-zA-Z_]+)\s*(==|!=|>=|<=|>|<|=)\s*(.+)$/;

const COMPARE: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
};

/** What `cache ls` lists. */
const TYPES = ['model', 'partial', 'orphan', 'quarantine', 'marked'];
/** Types of `hf` that a store does not contain. */
const OTHER_TYPES = ['dataset', 'space'];

const KEYS = ['accessed', 'modified', 'refs', 'size', 'source', 'type'] as const;

/** Returns why a text is no filter; null if it is one. */
export function filterFault(text: string): string | null {
  const parsed = compileFilter(text);
  return typeof parsed === 'string' ? parsed : null;
}

/** Parses a filter. Returns the reason as text if it is invalid. */
export function compileFilter(text: string): Filter | string {
  const [, key = '', operator = '', value = ''] = EXPRESSION.exec(text.trim()) ?? [];
  const compare = COMPARE[operator];
  if (compare === undefined) return 'expected KEY, one of = != > < >= <=, and a value, such as size>1GB';
  switch (key.toLowerCase()) {
    case 'size':
      return number(value, parseSize, 'a size such as 1GB') ?? sizeFilter(value, compare);
    case 'accessed':
      return number(value, parseSpan, 'an age such as 30d') ?? ageFilter('lastUsedAt', value, compare);
    case 'modified':
      return number(value, parseSpan, 'an age such as 30d') ?? ageFilter('modifiedAt', value, compare);
    case 'type':
      return (
        equal(key, operator) ??
        unknownValue('type', value, { known: TYPES, others: OTHER_TYPES }) ??
        (({ kind }) => kind === value.toLowerCase())
      );
    case 'source':
      return (
        equal(key, operator) ??
        unknownValue('source', value, { known: SOURCE_NAMES, others: OTHER_SOURCE_NAMES }) ??
        sourceFilter(value)
      );
    case 'refs':
      return (
        equal(key, operator) ?? (({ refs }) => refs.some((ref) => ref.toLowerCase() === value.toLowerCase()))
      );
    default:
      return `unknown key "${key}"; known: ${KEYS.join(', ')}`;
  }
}

function sourceFilter(value: string): Filter {
  return ({ source }, { isSource }) => source !== null && isSource(source, value.toLowerCase());
}

function sizeFilter(value: string, compare: (left: number, right: number) => boolean): Filter {
  const size = parseSize(value) ?? 0;
  return ({ bytes }) => compare(bytes, size);
}

function ageFilter(
  key: 'lastUsedAt' | 'modifiedAt',
  value: string,
  compare: (left: number, right: number) => boolean,
): Filter {
  const span = parseSpan(value) ?? 0;
  return (subject, { now }) => {
    const time = subject[key];
    return time !== null && compare((now - Date.parse(time)) / 1000, span);
  };
}

function number(value: string, parse: (text: string) => number | null, expected: string): string | null {
  return parse(value) === null ? `expected ${expected}, got "${value}"` : null;
}

function equal(key: string, operator: string): string | null {
  return operator === '=' ? null : `${key.toLowerCase()} accepts = only`;
}

/** Returns why a value is not one of the known ones; null if it is one of them or of the others, which are not listed. */
function unknownValue(
  key: string,
  value: string,
  { known, others }: { readonly known: readonly string[]; readonly others: readonly string[] },
): string | null {
  const isKnown = [...known, ...others].includes(value.toLowerCase());
  return isKnown ? null : `unknown ${key} "${value}"; known: ${known.join(', ')}`;
}

/** Parses a size as `hf` does: single letters are decimal too; `GiB` is rma's own. */
function parseSize(text: string): number | null {
  const trimmed = text.trim();
  return parseBytes(/^\d+[kmgtp]$/i.test(trimmed) ? `${trimmed}B` : trimmed);
}

/** Parses an age; without a unit it is in seconds. */
function parseSpan(text: string): number | null {
  const age = text.trim().toLowerCase();
  return parseAge(/^\d+$/.test(age) ? `${age}s` : age);
}
