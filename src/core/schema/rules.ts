import * as z from 'zod/mini';
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
