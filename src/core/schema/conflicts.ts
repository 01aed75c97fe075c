import * as z from 'zod/mini';
import { isObject, SENTENCE, type ValuePath } from './issue.ts';

/** A fault that concerns more than the type of one value; `message` is a whole sentence. */
export interface Conflict {
  readonly path: ValuePath;
  readonly message: string;
}

/** Returns a check of a valid value that adds the conflicts in it. */
export function conflicts<T>(find: (value: T) => readonly Conflict[]): z.core.$ZodCheck<T> {
  return z.check((payload) => {
    for (const conflict of find(payload.value)) payload.issues.push(asIssue(conflict, payload.value));
  });
}

/**
 * Returns a check across the keys of a mapping, which also runs if some of them are invalid. `find` receives the valid
 * values and the names of all keys that have one.
 */
export function crossCheck<T extends object>(
  find: (valid: Partial<T>, given: ReadonlySet<string>) => readonly Conflict[],
): z.core.$ZodCheck<T> {
  const run: z.core.CheckFn<T> = ({ value, issues }) => {
    const invalid = new Set(issues.map(({ path }) => path?.[0]));
    const given = new Set<string>();
    const valid: Partial<T> = {};
    for (const key in value) {
      if (value[key] === undefined || value[key] === null) continue;
      given.add(key);
      if (!invalid.has(key)) valid[key] = value[key];
    }
    for (const conflict of find(valid, given)) issues.push(asIssue(conflict, value));
  };
  return z.check(run, { when: ({ value }) => isObject(value) });
}

function asIssue({ path, message }: Conflict, input: unknown): z.core.$ZodRawIssue {
  return { code: 'custom', path: [...path], message, input, params: SENTENCE };
}
