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

/** Declares a list of all remaining arguments, possibly empty; only as the last argument. */
export function listArgument(description: string): ArgumentSpec<readonly string[]> {
  return { form: 'list', description, read: (texts) => texts };
}

/** Declares a list of all remaining arguments, at least one; only as the last argument. */
export function nonEmptyListArgument(description: string): ArgumentSpec<readonly string[]> {
  return { form: 'non-empty-list', description, read: (texts) => texts };
}
