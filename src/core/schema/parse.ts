import * as z from 'zod/mini';
import { type Issue, mustBe, translateIssues, type ValuePath } from './issue.ts';

/** Most schemas parse one value per command: compiling them would take longer than it saves. */
export const PARSE_OPTIONS = { jitless: true } as const;

/** A schema whose parsed value is a `T`. */
export type Schema<T> = z.ZodMiniType<T>;

/** The value with the keys that its schema names, or every fault of it. */
export type Parsed<T, F> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly F[] };

/** Parses a value from outside. Never throws. */
export function parseValue<T>(schema: Schema<T>, value: unknown): Parsed<T, Issue> {
  const result = z.safeParse(schema, value, { ...PARSE_OPTIONS, error: mustBe });
  return result.success
    ? { ok: true, value: result.data }
    : { ok: false, faults: translateIssues(result.error.issues, value) };
}

/** Parses JSON text. Never throws; faults are one line each, such as `$.models[0].ref must be a string, not 3`. */
export function parseJson<T>(schema: Schema<T>, text: string): Parsed<T, string> {
  const json = readJson(text);
  if (json === undefined) return { ok: false, faults: [`not JSON: ${showJson(text)}`] };
  const parsed = parseValue(schema, json);
  return parsed.ok ? parsed : { ok: false, faults: parsed.faults.map(describeIssue) };
}

/** Parses JSON text, null if it does not match the schema. For responses whose faults are not reported. */
export function jsonOrNull<T>(schema: Schema<T>, text: string): T | null {
  return valueOrNull(schema, readJson(text));
}

/** Returns the value, null if it does not fit the schema. */
export function valueOrNull<T>(schema: Schema<T>, value: unknown): T | null {
  const result = z.safeParse(schema, value, PARSE_OPTIONS);
  return result.success ? result.data : null;
}

/** Parses JSON text, undefined if it is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns one line for a fault of a JSON value. */
export function describeIssue(issue: Issue): string {
  const place = placeOf(issue.path);
  switch (issue.kind) {
    case 'missing':
      return `${place} is missing`;
    case 'invalid':
      return `${place} must be ${issue.mustBe}, not ${showJson(issue.value)}`;
    case 'key':
    case 'conflict':
      return `${place}: ${issue.message}`;
  }
}

function placeOf(path: ValuePath): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${steps.join('')}`;
}

function showJson(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const json = JSON.stringify(value) ?? typeof value;
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
