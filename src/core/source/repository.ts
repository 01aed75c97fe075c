import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { formatRepoRef, parseRepoRef, type RepoRef } from '../reference/repo-ref.ts';
import { textWithout } from '../schema/rules.ts';
import { pathFault } from '../store/safe-path.ts';
import { malformed } from './malformed.ts';

/** A reference to a repository: `scheme:org/repo[@revision][:pattern]`. */
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
}

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
    servedName: ({ repo, pattern }: RepositoryRef) => ggufName(pattern) ?? repo,
    /** Clients address whole repositories by their id. */
    hasOwnName: ({ pattern }: RepositoryRef) => pattern === null,
  };
}

/** Returns a file name without `.gguf`; null for another name or a pattern for several files. */
export function ggufName(file: string | null): string | null {
  return /([^/*?]+)\.gguf$/i.exec(file ?? '')?.[1] ?? null;
}

export const repoSchema = textWithout(repoFault, 'a repository as org/name');
export const revisionSchema = textWithout(pathFault, 'a revision');

function repoFault(name: string): string | null {
  return /^[\w.-]+(?:\/[\w.-]+)?$/.test(name) ? pathFault(name) : 'unexpected characters';
}
