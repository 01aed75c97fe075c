/** The algorithms of published hashes, the strongest first. */
export const DIGEST_ALGORITHMS = ['sha256', 'git-sha1', 'md5'] as const;

/**
 * A hash as published by its source. `git-sha1` is `sha1("blob <bytes>\0" + content)`, the git blob id of plain files on the
 * hub; `md5` is all that EasyOCR publishes.
 */
export interface Digest {
  readonly algorithm: (typeof DIGEST_ALGORITHMS)[number];
  /** lower-case hexadecimal: 64, 40 or 32 digits */
  readonly hex: string;
}

export interface PinnedFile {
  /** POSIX path inside the repository, or the final file name of a direct URL; checked to stay inside its directory */
  readonly path: string;
  readonly bytes: number;
  /** null if the source publishes none: trusted on first download */
  readonly digest: Digest | null;
}

/** The item of `PinnedModel.sources` that means the stores of other machines. */
export const LAN = 'lan';

/** What a model reference means, resolved once: exactly these files, bytes and hashes. */
export interface PinnedModel {
  /** id of the source, which defines the further fields (`src/core/source`) */
  readonly source: string;
  /** the canonical model reference this was resolved from */
  readonly ref: string;
  readonly files: readonly PinnedFile[];
  /** where its content may come from, in order: `lan` or canonical references; absent: peers, then the hub of `ref` */
  readonly sources?: readonly string[] | undefined;
  readonly [field: string]: unknown;
}

/** Returns the size of the content of a model, bytes; content that several files share is counted once. */
export function pinnedBytes({ files }: Pick<PinnedModel, 'files'>): number {
  const contents = new Map(files.map((file) => [file.digest?.hex ?? `path:${file.path}`, file.bytes]));
  return [...contents.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Returns the commits of the models that have one, by reference, sorted. */
export function pinnedCommits(models: readonly PinnedModel[]): Readonly<Record<string, string>> {
  const pairs = models.flatMap(({ ref, commit }) => (typeof commit === 'string' ? [[ref, commit]] : []));
  return Object.fromEntries(pairs.sort());
}
