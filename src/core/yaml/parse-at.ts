import type { Issue, ValuePath } from '../schema/issue.ts';
import { valueAt } from '../schema/issue.ts';
import { type Parsed, parseValue, type Schema } from '../schema/parse.ts';
import type { Fault, YamlDocument } from './read-yaml.ts';

/** Parses the value at a path of a document. Never throws; each fault has the line and column of its value or key. */
export function parseAt<T>(
  schema: Schema<T>,
  document: YamlDocument,
  path: ValuePath = [],
): Parsed<T, Fault> {
  const parsed = parseValue(schema, valueAt(document.value, path));
  if (parsed.ok) return parsed;
  return {
    ok: false,
    faults: parsed.faults.map((issue) => locateIssue(document, { ...issue, path: [...path, ...issue.path] })),
  };
}

/** Returns a fault at the value that the path names. */
function faultAt(document: YamlDocument, path: ValuePath, message: string): Fault {
  return { file: document.file, ...document.at(path), message };
}

/** Returns a fault at the key that the path names. */
function faultAtKey(document: YamlDocument, path: ValuePath, message: string): Fault {
  return { file: document.file, ...document.keyAt(path), message };
}

/** Returns the end of "… must be a list, not 3", with at most 60 characters of the value. */
function contrast(value: unknown): string {
  if (value === undefined || value === null) return 'but is empty';
  if (Array.isArray(value)) return value.length === 0 ? 'not an empty list' : 'not a list';
  if (typeof value === 'object') return 'not a mapping';
  const shown = JSON.stringify(value) ?? String(value);
  return `not ${shown.length > 60 ? `${shown.slice(0, 57)}...` : shown}`;
}

/** Returns an issue as a fault of the document. */
export function locateIssue(document: YamlDocument, issue: Issue): Fault {
  const { path } = issue;
  switch (issue.kind) {
    case 'missing':
      return faultAt(document, path, `${placeOf(path)} is missing`);
    case 'invalid': {
      if (issue.value === null && path.length > 0)
        return faultAt(document, path, `${placeOf(path)} is missing`);
      const message = `${placeOf(path)} must be ${issue.mustBe}, ${contrast(issue.value)}`;
      return faultAt(document, path, message);
    }
    case 'key':
      return faultAtKey(document, path, issue.message);
    case 'conflict':
      return faultAt(document, path, issue.message);
  }
}

/** `"services[0].models"`; the file itself has no path. */
function placeOf(path: ValuePath): string {
  if (path.length === 0) return 'the file';
  const steps = path.map((step) => (/^[A-Za-z_][\w-]*$/.test(String(step)) ? `.${step}` : `[${step}]`));
  return JSON.stringify(steps.join('').replace(/^\./, ''));
}
