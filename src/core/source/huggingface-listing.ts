import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import { badAnswer } from '../hub/bad-answer.ts';
import { parseAnswer, parseEntries } from '../hub/parse-answer.ts';
import { isRepository } from '../reference/repo-ref.ts';
import { isObject } from '../schema/issue.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, orNull, wholeNumber } from '../schema/rules.ts';

const gitSha1 = matching(/^[0-9a-f]{40}$/, '40 hexadecimal digits');
const revision = z.object({ sha: gitSha1, id: orNull(z.string()) });

const pinnedFile: Schema<PinnedFile> = z.object({
  path: z.string(),
  bytes: wholeNumber(0),
  digest: z.discriminatedUnion('algorithm', [
    z.object({ algorithm: z.literal('sha256'), hex: matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits') }),
    z.object({ algorithm: z.literal('git-sha1'), hex: gitSha1 }),
  ]),
});

/**
 * Returns the files of one page of `GET /api/models/{repo}/tree/{commit}`: entries `{type, path, size, oid, lfs?: {oid, size}}`.
 * LFS files carry the sha256 of their content, plain files their git blob id.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function parseTreePage(text: string, subject: string): readonly PinnedFile[] {
  const reject = (fault: string) => badAnswer(subject, fault);
  const entries = parseAnswer(z.array(z.unknown()), text, reject);
  const files = entries.filter((entry) => !isObject(entry) || entry['type'] === 'file');
  return parseEntries(pinnedFile, files.map(asPinned), reject);
}

/** A repository as the hub names it: `id` is in the hub's spelling, and is the new name of a renamed repository. */
export interface NamedCommit {
  readonly commit: string;
  /** null without a valid one */
  readonly id: string | null;
}

/** Returns the commit and the repository in the response of `GET /api/models/{repo}/revision/{revision}`. */
export function parseCommit(text: string, subject: string): NamedCommit {
  const { sha, id } = parseAnswer(revision, text, (fault) => badAnswer(subject, fault));
  return { commit: sha, id: id !== null && isRepository(id) ? id : null };
}

/** Returns an entry in the form of a pinned file; its values are not checked yet. */
function asPinned(entry: unknown): unknown {
  if (!isObject(entry)) return entry;
  const { path, size, oid, lfs } = entry;
  if (!isObject(lfs)) return { path, bytes: size, digest: { algorithm: 'git-sha1', hex: oid } };
  const hex = typeof lfs['oid'] === 'string' ? lfs['oid'].replace(/^sha256:/, '').toLowerCase() : lfs['oid'];
  return { path, bytes: lfs['size'], digest: { algorithm: 'sha256', hex } };
}
