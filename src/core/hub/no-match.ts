import { RmaError } from '../errors.ts';
import type { RepoRef } from '../reference/repo-ref.ts';
import { nearestPaths } from '../reference/select-files.ts';

/** Returns the error for a reference that matches no file of its repository. */
export function noMatch(ref: RepoRef, listing: readonly { readonly path: string }[]): RmaError {
  if (listing.length === 0 || ref.pattern === null) {
    return new RmaError('RMA_HUB_NO_MATCH', `${ref.repo} has no files at revision "${ref.revision}"`);
  }
  const near = nearestPaths(
    listing.map(({ path }) => path),
    ref.pattern,
    3,
  );
  return new RmaError(
    'RMA_HUB_NO_MATCH',
    `no file of ${ref.repo} matches "${ref.pattern}" (${listing.length} files)`,
    { hint: `closest matches: ${near.join(', ')}`, details: { nearest: near } },
  );
}
