/** What selects files of a repository: a pattern or preset, and a revision. */
interface Selection {
  readonly files?: string;
  readonly revision?: string | undefined;
}

/** Returns the reference of a repository on the Hugging Face Hub, where engines look for `org/name`. */
export function hubReference(repository: string, { files, revision }: Selection = {}): string {
  const at = revision === undefined ? '' : `@${revision}`;
  return `hf:${repository}${at}${files === undefined ? '' : `:${files}`}`;
}
