import { pathFault } from '../store/safe-path.ts';
import { canonicalSelection, selectionFault } from './selection.ts';

/** The part of a repository reference after its scheme: `org/repo[@revision][:pattern]`. */
export interface RepoRef {
  readonly repo: string;
  /** branch, tag or commit */
  readonly revision: string;
  /** the requested files, as `parseSelection` reads them; null for the whole repository */
  readonly pattern: string | null;
}

const REPO_PART = /^(?!.*(--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?$/;
const REVISION = /^[A-Za-z0-9_.+/-]{1,200}$/;

/** Parses the part after the scheme; returns the reason as text if it is invalid. */
export function parseRepoRef(body: string, defaultRevision: string): RepoRef | string {
  const colon = body.indexOf(':');
  const head = colon === -1 ? body : body.slice(0, colon);
  const pattern = colon === -1 ? null : body.slice(colon + 1);
  const at = head.indexOf('@');
  const repo = at === -1 ? head : head.slice(0, at);
  const revision = at === -1 ? defaultRevision : head.slice(at + 1);
  if (!isRepository(repo)) {
    return `"${repo}" is not a repository name in the form org/repo`;
  }
  if (!REVISION.test(revision) || pathFault(revision) !== null || revision.endsWith('.lock')) {
    return `"${revision}" is not a revision (branch, tag or commit)`;
  }
  if (pattern === null) return { repo, revision, pattern };
  const fault = selectionFault(pattern);
  if (fault !== null) return `"${pattern}" is not a file pattern: ${fault}`;
  return { repo, revision, pattern: canonicalSelection(pattern) };
}

/** Returns whether a text is a repository as `org/repo`. */
export function isRepository(text: string): boolean {
  const parts = text.split('/');
  return parts.length === 2 && parts.every((part) => REPO_PART.test(part));
}

/** Returns the canonical text of the part after the scheme. */
export function formatRepoRef({ repo, revision, pattern }: RepoRef, defaultRevision: string): string {
  const at = revision === defaultRevision ? '' : `@${revision}`;
  return `${repo}${at}${pattern === null ? '' : `:${pattern}`}`;
}
