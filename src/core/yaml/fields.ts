import { unknownWord } from '../nearest.ts';
import type { Fault, YamlDocument, YamlPath } from './read-yaml.ts';
import { isRefusal, type Read, showValue } from './reads.ts';

/**
 * A mapping of a document, read field by field. A field that is wrong adds a fault and gives its stand-in, so that
 * one pass tells all faults.
 */
export interface Fields {
  required<T>(key: string, read: Read<T>, standIn: T): T;
  optional<T>(key: string, read: Read<T>, fallback: T): T;
  /** the paths of the items of a list that must not be empty */
  items(key: string): readonly YamlPath[];
}

/** Opens the mapping at `path`; every key that is not `known` is a fault. Null, with a fault, when it is no mapping. */
export function openFields(
  document: YamlDocument,
  path: YamlPath,
  known: readonly string[],
  faults: Fault[],
): Fields | null {
  const found = lookUp(document.value, path);
  if (!isMapping(found)) {
    const place = path.length === 0 ? 'the file' : JSON.stringify(path.join('.'));
    const message = `${place} must be a mapping of ${known.join(', ')}, not ${showValue(found)}`;
    faults.push(faultAt(document, path, message));
    return null;
  }
  for (const key of Object.keys(found).filter((candidate) => !known.includes(candidate))) {
    const position = document.keyAt([...path, key]);
    faults.push({ file: document.file, ...position, message: unknownWord('key', key, known) });
  }
  return fieldsOf(document, path, found, faults);
}

/** A fault at the value that the path names. */
export function faultAt(document: YamlDocument, path: YamlPath, message: string): Fault {
  return { file: document.file, ...document.at(path), message };
}

/** True for what YAML reads as a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(
  document: YamlDocument,
  path: YamlPath,
  mapping: Readonly<Record<string, unknown>>,
  faults: Fault[],
): Fields {
  const complain = (key: string, what: string): void => {
    faults.push(faultAt(document, [...path, key], `${JSON.stringify(key)} ${what}`));
  };
  const optional = <T>(key: string, read: Read<T>, fallback: T): T => {
    const value = Object.hasOwn(mapping, key) ? (mapping[key] ?? null) : null;
    if (value === null) return fallback;
    const result = read(value);
    if (!isRefusal(result)) return result;
    complain(key, `must be ${result.mustBe}, not ${showValue(value)}`);
    return fallback;
  };
  return {
    optional,
    required: (key, read, standIn) => {
      if ((mapping[key] ?? null) === null) complain(key, 'is missing');
      return optional(key, read, standIn);
    },
    items: (key) => {
      const value = mapping[key] ?? null;
      if (value === null) complain(key, 'is missing');
      else if (!Array.isArray(value) || value.length === 0) {
        complain(key, `must be a list with at least one item, not ${showValue(value)}`);
      }
      return Array.isArray(value) ? value.map((_, index) => [...path, key, index]) : [];
    },
  };
}

function lookUp(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return typeof step === 'number' ? (at[step] as unknown) : undefined;
    return isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}
