import { EXIT, RmaError } from '../core/errors.ts';

/** One positional argument. `read` receives its texts: none, one, or all remaining ones. */
export interface ArgumentSpec<T> {
  readonly form: 'required' | 'optional' | 'list' | 'non-empty-list';
  readonly description: string;
  readonly read: (texts: readonly string[]) => T;
}

/** Declares a required argument. */
export function requiredArgument(description: string): ArgumentSpec<string> {
  return { form: 'required', description, read: (texts) => texts[0] ?? '' };
}

/** Declares an optional argument. */
export function optionalArgument(description: string): ArgumentSpec<string | null> {
  return { form: 'optional', description, read: (texts) => texts[0] ?? null };
}

/** Declares an optional argument that is a number from 1. @throws RmaError RMA_USAGE_INVALID_VALUE (2) when it is read */
export function optionalNumberArgument(description: string): ArgumentSpec<number | null> {
  return { form: 'optional', description, read: ([text]) => (text === undefined ? null : numberOf(text)) };
}

/** Declares a list of all remaining arguments, possibly empty; only as the last argument. */
export function listArgument(description: string): ArgumentSpec<readonly string[]> {
  return { form: 'list', description, read: (texts) => texts };
}

/** Declares a list of all remaining arguments, at least one; only as the last argument. */
export function nonEmptyListArgument(description: string): ArgumentSpec<readonly string[]> {
  return { form: 'non-empty-list', description, read: (texts) => texts };
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new RmaError('RMA_USAGE_INVALID_VALUE', `invalid argument "${text}"`, {
    exitCode: EXIT.usage,
    hint: 'use a number from 1, such as 3',
  });
}
