import type * as z from 'zod/mini';

/** Keys and list indexes from the top of a value. */
export type ValuePath = readonly (string | number)[];

/** One fault of an external value, with rma's own message. */
export type Issue =
  | { readonly kind: 'missing'; readonly path: ValuePath }
  /** `mustBe` completes "must be …" */
  | { readonly kind: 'invalid'; readonly path: ValuePath; readonly mustBe: string; readonly value: unknown }
  | { readonly kind: 'key'; readonly path: ValuePath; readonly message: string }
  /** `message` is a whole sentence */
  | { readonly kind: 'conflict'; readonly path: ValuePath; readonly message: string };

/** Marks a custom issue of zod whose message is a whole sentence, not the completion of "must be …". */
export const SENTENCE: Readonly<Record<string, unknown>> = { sentence: true };

/**
 * Translates the issues of a schema, at most one fault per position. zod's own messages are never shown to users.
 */
export function translateIssues(issues: readonly z.core.$ZodIssue[], value: unknown): readonly Issue[] {
  const seen = new Set<string>();
  const keys = issues.filter(({ code }) => code === 'unrecognized_keys');
  const values = issues.filter(({ code }) => code !== 'unrecognized_keys');
  // a misspelt key explains why another one is missing
  return [...keys, ...values].flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path);
    if (issue.code === 'custom' && issue.params?.['sentence'] === true) {
      return [{ kind: 'conflict', path, message: issue.message } as const];
    }
    const place = JSON.stringify(path);
    if (seen.has(place)) return [];
    seen.add(place);
    return [invalid(issue, path, valueAt(value, path))];
  });
}

/** Returns the expected value for a schema without its own message. */
export function mustBe(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[String(issue.expected)] ?? 'of a valid type';
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return oneOf(issue.options);
    default:
      return 'a valid value';
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** The message has one line per key: see `mapping` in rules.ts. */
function unknownKeys(issue: z.core.$ZodIssueUnrecognizedKeys, path: ValuePath): readonly Issue[] {
  const messages = issue.message.split('\n');
  return issue.keys.map((key, index) => {
    const message = messages[index] ?? `unknown key ${JSON.stringify(key)}`;
    return { kind: 'key', path: [...path, key], message };
  });
}

function invalid(issue: z.core.$ZodIssue, path: ValuePath, value: unknown): Issue {
  const { message } = issue;
  if (issue.code === 'invalid_key') {
    const mustBe = issue.issues[0]?.message ?? message;
    return { kind: 'key', path, message: `the key ${JSON.stringify(path.at(-1))} must be ${mustBe}` };
  }
  return value === undefined ? { kind: 'missing', path } : { kind: 'invalid', path, mustBe: message, value };
}

function oneOf(values: unknown): string {
  const known = Array.isArray(values) ? values.map(String) : [];
  return known.length === 1 ? JSON.stringify(known[0]) : `one of ${known.join(', ')}`;
}

/** Returns the value at a path, undefined where nothing is. */
export function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return typeof step === 'number' ? (at[step] as unknown) : undefined;
    return isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, value);
}

/** Returns whether a value is an object of JSON or a mapping of YAML. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
