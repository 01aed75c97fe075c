import * as z from 'zod/mini';
import { mustBe } from './issue.ts';
import { PARSE_OPTIONS, type Schema } from './parse.ts';

/** Returns a schema for text that is not empty. */
export function text(mustBe = 'a non-empty string'): Schema<string> {
  return z.string(mustBe).check(z.minLength(1, mustBe));
}

/** Returns a schema for text that matches a pattern. */
export function matching(pattern: RegExp, mustBe: string): Schema<string> {
  return z.string(mustBe).check(z.regex(pattern, mustBe));
}

/** Returns a schema for text without a fault; `faultOf` returns null for such text, else the reason. */
export function textWithout(faultOf: (value: string) => string | null, mustBe: string): Schema<string> {
  return z.string(mustBe).check(
    z.check(({ value, issues }) => {
      const reason = faultOf(value);
      if (reason !== null) issues.push({ code: 'custom', input: value, message: `${mustBe} (${reason})` });
    }),
  );
}

/** Returns a schema for an integer; both ends are allowed. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Schema<number> {
  const mustBe = `an integer from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`;
  return z.int(mustBe).check(z.minimum(min, mustBe), z.maximum(max, mustBe));
}

/** Returns a schema that is null for a value that is missing or does not fit. */
export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  return z.catch(z.nullable(schema), null);
}

/**
 * Returns a schema for a list of thousands of items, which a guard checks several times faster than their schema. The guard
 * accepts only what the schema returns unchanged; the faults of a list are those of the schema.
 */
export function longList<T>(item: Schema<T>, isItem: (value: unknown) => value is T): Schema<readonly T[]> {
  const list = z.array(item);
  return z.pipe(
    z.unknown(),
    z.transform((value, { issues }): readonly T[] => {
      if (Array.isArray(value) && value.every(isItem)) return value;
      const result = z.safeParse(list, value, { ...PARSE_OPTIONS, error: mustBe });
      if (result.success) return result.data;
      // an issue that has its message is kept as it is
      issues.push(...(result.error.issues as z.core.$ZodRawIssue[]));
      return [];
    }),
  );
}

/** Returns a schema for a list that drops the items that do not fit. */
export function listOfValid<T>(item: Schema<T>): Schema<readonly T[]> {
  return z.pipe(
    z.array(z.unknown()),
    z.transform<unknown[], readonly T[]>((items) =>
      items.flatMap((each) => {
        const result = z.safeParse(item, each, PARSE_OPTIONS);
        return result.success ? [result.data] : [];
      }),
    ),
  );
}
