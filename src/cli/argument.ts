/** One positional argument. `read` takes what stands at its place: nothing, one text, or all remaining ones. */
export interface ArgumentSpec<T> {
  readonly form: 'required' | 'optional' | 'list' | 'non-empty-list';
  readonly description: string;
  readonly read: (texts: readonly string[]) => T;
}

/** Must be given. */
export function requiredArgument(description: string): ArgumentSpec<string> {
  return { form: 'required', description, read: (texts) => texts[0] ?? '' };
}

/** May be left out. */
export function optionalArgument(description: string): ArgumentSpec<string | null> {
  return { form: 'optional', description, read: (texts) => texts[0] ?? null };
}

/** Everything that remains, which may be nothing; only as the last argument. */
export function listArgument(description: string): ArgumentSpec<readonly string[]> {
  return { form: 'list', description, read: (texts) => texts };
}

/** Everything that remains, at least one; only as the last argument. */
export function nonEmptyListArgument(description: string): ArgumentSpec<readonly string[]> {
  return { form: 'non-empty-list', description, read: (texts) => texts };
}
