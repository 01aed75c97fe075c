import { type Issue, isObject, type ValuePath, valueAt } from '../schema/issue.ts';
import { parseValue } from '../schema/parse.ts';
import { locateIssue } from '../yaml/parse-at.ts';
import type { Fault, YamlDocument } from '../yaml/read-yaml.ts';
import type { Setting, YamlForm } from './setting.ts';
import { settingsSchema } from './settings-schema.ts';

/** A value of the file as text, and its position; lines and columns start at 1. */
export interface FileWord {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface FileSettings {
  /** by key of the setting; only valid values of the file */
  readonly words: ReadonlyMap<string, readonly FileWord[]>;
  readonly faults: readonly Fault[];
}

/** Forms whose entries are mappings. */
const ENTRIES: ReadonlySet<YamlForm> = new Set<YamlForm>(['hosts', 'placement', 'services']);

/** Parses an rma.yaml by the table of settings. Never throws; returns all faults. */
export function readSettings(document: YamlDocument, settings: readonly Setting<unknown>[]): FileSettings {
  if (document.value === null) return { words: new Map(), faults: document.faults };
  const parsed = parseValue(settingsSchema(settings), document.value);
  const issues = parsed.ok ? [] : parsed.faults;
  const words = new Map<string, readonly FileWord[]>();
  for (const { key, form } of settings) {
    const path = key.split('.');
    const valid = wordsOf(valueAt(document.value, path), path).filter((word) => !isFaulty(word.path, issues));
    // an entry of several lines is reported at its name
    const place = ENTRIES.has(form) ? document.keyAt : document.at;
    if (valid.length > 0)
      words.set(
        key,
        valid.map(({ text, path: at }) => ({ text, ...place(at) })),
      );
  }
  return { words, faults: [...document.faults, ...issues.map((issue) => locateIssue(document, issue))] };
}

interface Word {
  readonly text: string;
  readonly path: ValuePath;
}

/** Returns a value as the texts that its option would have: one for each item of a list, `name=value` for each of a mapping. */
function wordsOf(value: unknown, path: ValuePath): readonly Word[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value))
    return value.map((item, index) => ({ text: String(item), path: [...path, index] }));
  if (!isObject(value)) return [{ text: String(value), path }];
  return Object.entries(value).map(([name, item]) => {
    const text = isObject(item) ? JSON.stringify(item) : String(item ?? '');
    return { text: `${name}=${text}`, path: [...path, name] };
  });
}

function isFaulty(path: ValuePath, issues: readonly Issue[]): boolean {
  return issues.some((issue) => isPrefix(issue.path, path) || isPrefix(path, issue.path));
}

function isPrefix(start: ValuePath, path: ValuePath): boolean {
  return start.every((step, index) => path[index] === step);
}
