import * as z from 'zod/mini';
import type { RmaError } from '../errors.ts';
import { jsonText } from '../schema/json-text.ts';
import { describeIssue, parseJson, parseValue, type Schema } from '../schema/parse.ts';

/** Returns the error for a response with this fault. */
export type Reject = (fault: string) => RmaError;

/** Returns a response as its schema describes it. @throws what `reject` returns for the first fault */
export function parseAnswer<T>(schema: Schema<T>, text: string, reject: Reject): T {
  const parsed = parseJson(schema, text);
  if (parsed.ok) return parsed.value;
  throw reject(parsed.faults[0] ?? '');
}

/** Returns a part of a response as its schema describes it. @throws what `reject` returns for the first fault */
export function parsePart<T>(schema: Schema<T>, value: unknown, reject: Reject): T {
  const parsed = parseValue(schema, value);
  if (parsed.ok) return parsed.value;
  throw reject(parsed.faults.slice(0, 1).map(describeIssue).join());
}

/** Returns entries of a response as their schema describes them. @throws what `reject` returns for the first fault, with its entry */
export function parseEntries<T>(
  schema: Schema<T>,
  entries: readonly unknown[],
  reject: Reject,
): readonly T[] {
  // one call for the whole list: five times faster than one for each entry
  const parsed = parseValue(z.array(schema), entries);
  if (parsed.ok) return parsed.value;
  const [first] = parsed.faults;
  if (first === undefined) throw reject('');
  const [index, ...path] = first.path;
  const entry = jsonText(entries[Number(index)]);
  throw reject(`${describeIssue({ ...first, path })} in the entry ${entry.slice(0, 120)}`);
}
