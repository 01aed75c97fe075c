import * as z from 'zod/mini';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { formatRepoRef, parseRepoRef, type RepoRef } from '../reference/repo-ref.ts';
import { parseSelection } from '../reference/selection.ts';
import { splitPart } from '../reference/split-files.ts';
import { text, textWithout, wholeNumber } from '../schema/rules.ts';
import { pathFault } from '../store/safe-path.ts';
import { malformed } from './malformed.ts';

/** A reference to a repository: `scheme:org/repo[@revision][:files]`. */
export interface RepositoryRef extends ModelRef, RepoRef {
  readonly repo: string;
  readonly revision: string;
  readonly pattern: string | null;
}

/** A repository, or the part of it that the reference selects. */
export interface PinnedRepository extends PinnedModel {
  readonly repo: string;
  /** branch, tag or commit of the reference */
  readonly revision: string;
  /** true if `files` is the whole repository */
  readonly complete: boolean;
  /** copies of its weights that were left out; absent if there are none */
  readonly copies?: LeftOutFiles | undefined;
  /** projectors of the repository that the reference does not select, at most three; absent if it needs none */
  readonly projectors?: readonly string[] | undefined;
  /** all files of the commit, where more of them are known than the model has; never in records and requests */
  readonly listing?: readonly PinnedFile[] | undefined;
}

/** Files that a reference leaves out. */
export interface LeftOutFiles {
  readonly files: number;
  readonly bytes: number;
  /** the largest, at most three */
  readonly names: readonly string[];
}

/** Fields of the pinned models of all sources with repositories. */
export const repositoryFields = {
  repo: textWithout(repoFault, 'a repository as org/name'),
  revision: textWithout(pathFault, 'a revision'),
  complete: z.boolean(),
  copies: z.optional(z.object({ files: wholeNumber(0), bytes: wholeNumber(0), names: z.array(text()) })),
  projectors: z.optional(z.array(text())),
};

/** Returns what sources with repositories have in common. `defaultRevision` is the branch of a reference without `@revision`. */
export function repositoryReference(id: string, defaultRevision: string) {
  const grammar = `${id}:org/repo[@revision][:pattern]`;
  return {
    grammar,
    parse(text: string): RepositoryRef {
      const ref = parseRepoRef(text.slice(text.indexOf(':') + 1), defaultRevision);
      if (typeof ref === 'string') throw malformed(text, ref, grammar);
      return { source: id, ...ref };
    },
    format: (ref: RepositoryRef) => `${id}:${formatRepoRef(ref, defaultRevision)}`,
    /** The name of a single GGUF file without its suffix, else the id of the repository. */
    servedName: ({ repo, pattern }: RepositoryRef) => ggufName(onlyPattern(pattern)) ?? repo,
    /** Clients address whole repositories by their id. */
    hasOwnName: ({ pattern }: RepositoryRef) => pattern === null || pattern === 'safetensors',
  };
}

/** Returns a file name without `.gguf` and the number of a part; null for another name or a pattern for several files. */
export function ggufName(file: string | null): string | null {
  const name = file === null ? '' : (splitPart(file)?.whole ?? file);
  return /([^/*?]+)\.gguf$/i.exec(name)?.[1] ?? null;
}

/** Returns the pattern of a selection that is nothing else; null for presets and lists. */
function onlyPattern(pattern: string | null): string | null {
  const [item, ...more] = pattern === null ? [] : parseSelection(pattern);
  return item?.kind === 'glob' && more.length === 0 ? item.glob : null;
}

function repoFault(name: string): string | null {
  return /^[\w.-]+(?:\/[\w.-]+)?$/.test(name) ? pathFault(name) : 'unexpected characters';
}
