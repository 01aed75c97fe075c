import type { PinnedFile } from '../../core/domain/pinned-model.ts';
import { badAnswer } from './bad-answer.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

/**
 * Returns the files of one page of `GET /api/models/{repo}/tree/{commit}`: entries `{type, path, size, oid, lfs?: {oid, size}}`.
 * LFS files carry the sha256 of their content, plain files their git blob id.
 * @throws RmaError RMA_HUB_BAD_ANSWER
 */
export function parseTreePage(text: string, subject: string): readonly PinnedFile[] {
  const entries = parseJson(text, subject);
  if (!Array.isArray(entries)) throw badAnswer(subject, 'the file list is not an array');
  return entries.flatMap((entry: unknown) => {
    if (!isRecord(entry)) throw badAnswer(subject, 'an entry of the file list is not a file');
    return entry['type'] === 'file' ? [pinnedFile(entry, subject)] : [];
  });
}

/** Returns the commit in the response of `GET /api/models/{repo}/revision/{revision}`. */
export function parseCommit(text: string, subject: string): string {
  const answer = parseJson(text, subject);
  const sha = isRecord(answer) ? answer['sha'] : undefined;
  if (typeof sha !== 'string' || !SHA1.test(sha)) throw badAnswer(subject, 'it contains no commit');
  return sha;
}

/** Returns the URL of the next page in a `Link` header (RFC 8288); null on the last page. */
export function nextPage(link: string | undefined): string | null {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1] ?? null;
}

function pinnedFile(entry: Record<string, unknown>, subject: string): PinnedFile {
  const { path, oid, lfs } = entry;
  if (typeof path !== 'string') throw badAnswer(subject, 'a file has no name');
  if (isRecord(lfs)) {
    const hex = typeof lfs['oid'] === 'string' ? lfs['oid'].replace(/^sha256:/, '').toLowerCase() : '';
    if (!SHA256.test(hex)) throw badAnswer(subject, `${path} has no sha256`);
    return { path, bytes: size(lfs['size'], path, subject), digest: { algorithm: 'sha256', hex } };
  }
  if (typeof oid !== 'string' || !SHA1.test(oid)) throw badAnswer(subject, `${path} has no git blob id`);
  return { path, bytes: size(entry['size'], path, subject), digest: { algorithm: 'git-sha1', hex: oid } };
}

function size(value: unknown, path: string, subject: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw badAnswer(subject, `${path} has no size`);
  }
  return value;
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badAnswer(subject, `it is not JSON: it starts with ${JSON.stringify(text.slice(0, 40))}`, error);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
