import * as z from 'zod/mini';
import { unknownWord } from '../nearest.ts';
import type { Schema } from '../schema/parse.ts';

/** A list of strings. Numbers are refused, not converted: `1_000` and `1e3` do not mean what they show. */
export const texts = z.array(z.string('a string (quote numbers)'), 'a list of strings');

/** Text by name. */
export const textByName = z.record(
  z.string(),
  z.string('a string (quote numbers)'),
  'a mapping of names to strings',
);

/** Returns a schema for a key that may be absent or empty. */
export function optional<T>(schema: Schema<T>): Schema<T | null | undefined> {
  return z.nullish(schema);
}

/** Returns a schema for a mapping with these keys only; the fault of another key suggests the closest known one. */
export function mapping<S extends Readonly<Record<string, z.core.$ZodType>>>(
  shape: S,
): z.ZodMiniObject<S, z.core.$strict> {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownWord('key', key, keys)).join('\n')
        : `a mapping of ${keys.join(', ')}`,
  });
}

/** Returns a schema for a list with at least one item. */
export function items<T>(item: Schema<T>): z.ZodMiniArray<Schema<T>> {
  const mustBe = 'a list with at least one item';
  return z.array(item, mustBe).check(z.minLength(1, mustBe));
}

/** Returns a schema for text that `parse` turns into a number, such as a size or a duration; null is a fault. */
export function measure(parse: (value: string) => number | null, mustBe: string): Schema<number> {
  return z.pipe(
    z.string(mustBe),
    z.transform((value: string, { issues }) => {
      const parsed = parse(value);
      if (parsed !== null) return parsed;
      issues.push({ code: 'custom', input: value, message: mustBe });
      return z.NEVER;
    }),
  );
}
