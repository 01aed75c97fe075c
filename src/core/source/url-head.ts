import type { PinnedFile } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import { announcedBytes } from '../hub/announced-bytes.ts';
import { badAnswer } from '../hub/bad-answer.ts';
import { errorCodeOf, hubRefusal } from '../hub/hub-refusal.ts';
import { ask, type Dialog, type SourceReply } from './source.ts';
import type { UrlFile } from './url-reference.ts';
import { type Validator, validatorOf } from './validators.ts';

/** An HTML page is often a temporary error of a gateway. */
const HTML_ATTEMPTS = 4;

/**
 * Returns the size and hash of a file, as its server announces them, and its validator.
 * @throws RmaError RMA_HUB_* (1, 4), RMA_CONTENT_HTML, RMA_CONTENT_HASH_MISMATCH (6)
 */
export function* pinUrlFile(
  file: UrlFile,
): Dialog<{ readonly file: PinnedFile; readonly validator: Validator }> {
  const { path, url: location, sha256 } = file;
  const reply = yield* readHeaders(file);
  const bytes = announcedBytes(reply);
  if (bytes === null) throw badAnswer(location, 'the response contains no file size');
  const announced = announcedSha256(reply);
  if (sha256 !== null && announced !== null && announced !== sha256) throw wrongPin(file, announced);
  const hex = sha256 ?? announced;
  const digest = hex === null ? null : ({ algorithm: 'sha256', hex } as const);
  return { file: { path, bytes, digest }, validator: validatorOf(reply.headers) };
}

/** Requests the headers of the file, several times if an HTML page comes instead. */
function* readHeaders(ref: UrlFile): Dialog<SourceReply> {
  for (let attempt = 0; attempt < HTML_ATTEMPTS; attempt += 1) {
    const reply = yield* head(ref, attempt);
    const isHtml = /^text\/html\b/i.test(reply.headers['content-type'] ?? '');
    if (!isHtml || /\.html?$/i.test(ref.path)) return reply;
  }
  throw new RmaError('RMA_CONTENT_HTML', `${ref.url} is a web page, not a model file`, {
    exitCode: EXIT.badContent,
    hint: 'use the direct download URL (on Hugging Face: /resolve/, not /blob/)',
  });
}

function* head(ref: UrlFile, attempt: number): Dialog<SourceReply> {
  const reply = yield* ask({ url: ref.url, method: 'HEAD', attempt });
  if (reply.status === 200 && announcedBytes(reply) !== null) return reply;
  if ([401, 404, 410, 429].includes(reply.status) || reply.status >= 500) throw refused(ref, reply);
  // some servers reject HEAD, and signed URLs are often signed for GET only
  const start = yield* ask({ url: ref.url, headers: { range: 'bytes=0-0' }, until: 'headers' });
  if (start.status !== 200 && start.status !== 206) throw refused(ref, start);
  return start;
}

/** Returns the sha256 of large files on the Hugging Face hub: `X-Linked-Etag` of the response before the redirect to its CDN. */
function announcedSha256({ hops }: SourceReply): string | null {
  for (const { headers } of hops) {
    const etag = (headers['x-linked-etag'] ?? '').replace(/^W\//, '').replaceAll('"', '');
    if (/^[0-9a-f]{64}$/i.test(etag)) return etag.toLowerCase();
  }
  return null;
}

/** Returns the error for the status of a reply that does not have the file. */
export function refused({ url }: Pick<UrlFile, 'url'>, { status, headers }: SourceReply): RmaError {
  const subject = { subject: url, revision: null, page: null };
  return hubRefusal({
    ...subject,
    status,
    errorCode: errorCodeOf(headers),
    tokenSent: false,
    tokenWays: null,
  });
}

function wrongPin(ref: UrlFile, announced: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_HASH_MISMATCH',
    `${ref.url} has sha256 ${announced}, but the reference requires ${ref.sha256 ?? ''}`,
    { exitCode: EXIT.badContent, hint: 'the file changed or the reference is wrong: correct #sha256=' },
  );
}
