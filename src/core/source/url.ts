import * as z from 'zod/mini';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import { announcedBytes } from '../hub/announced-bytes.ts';
import { badAnswer } from '../hub/bad-answer.ts';
import { errorCodeOf, hubRefusal } from '../hub/hub-refusal.ts';
import { matching } from '../schema/rules.ts';
import { assertSafePaths } from '../store/safe-path.ts';
import { pinnedFields } from './pinned-fields.ts';
import { ggufName } from './repository.ts';
import { ask, type Dialog, type Source, type SourceReply } from './source.ts';
import { formatUrlRef, parseUrlRef, URL_GRAMMAR, type UrlRef, urlFileName } from './url-reference.ts';

/** One file by direct URL, stored flat in a set. */
export interface PinnedUrlModel extends PinnedModel {
  readonly source: 'url';
  readonly url: string;
  /** directory below `gguf/` */
  readonly set: string;
}

/** An HTML page is often a temporary error of a gateway. */
const HTML_ATTEMPTS = 4;

/** One file at a direct URL. */
export const url: Source<UrlRef, PinnedUrlModel> = {
  id: 'url',
  schemes: ['https', 'http'],
  grammar: URL_GRAMMAR,
  help: [
    ['https://HOST/NAME.gguf', 'one GGUF file'],
    ['https://HOST/NAME.gguf#sha256=HEX', 'one GGUF file, verified against this hash'],
  ],
  endpoint: null,
  token: null,
  store: {
    layout: 'flat',
    directory: 'gguf',
    lease: ({ set, files }) => `gguf-${set}-${files[0]?.path ?? ''}`,
    receipt: ({ set, files }) => `gguf/${set}/${files[0]?.path ?? ''}.json`,
    home: ({ set }) => set,
  },
  schema: z.object({
    ...pinnedFields('url'),
    url: matching(/^https?:\/\//, 'an http or https URL'),
    set: matching(/^[\w-][\w.-]*$/, 'a directory name'),
  }),
  parse: parseUrlRef,
  format: formatUrlRef,
  servedName: (ref) => ggufName(urlFileName(ref)) ?? urlFileName(ref) ?? ref.url,
  hasOwnName: () => false,
  *resolve(ref) {
    const path = urlFileName(ref) ?? '';
    assertSafePaths([path], ref.url);
    const reply = yield* readHeaders(ref);
    const bytes = announcedBytes(reply);
    if (bytes === null) throw badAnswer(ref.url, 'the response contains no file size');
    const announced = announcedSha256(reply);
    if (ref.sha256 !== null && announced !== null && announced !== ref.sha256) throw wrongPin(ref, announced);
    const hex = ref.sha256 ?? announced;
    const digest = hex === null ? null : ({ algorithm: 'sha256', hex } as const);
    const files = [{ path, bytes, digest }];
    return { source: 'url', ref: formatUrlRef(ref), url: ref.url, set: ref.set, files };
  },
  locate: (model) => model.url,
  origin: (model) => model.url,
  label: (model) => model.url,
};

/** Requests the headers of the file, several times if an HTML page comes instead. */
function* readHeaders(ref: UrlRef): Dialog<SourceReply> {
  for (let attempt = 0; attempt < HTML_ATTEMPTS; attempt += 1) {
    const reply = yield* head(ref, attempt);
    const isHtml = /^text\/html\b/i.test(reply.headers['content-type'] ?? '');
    if (!isHtml || /\.html?$/i.test(urlFileName(ref) ?? '')) return reply;
  }
  throw new RmaError('RMA_CONTENT_HTML', `${ref.url} is a web page, not a model file`, {
    exitCode: EXIT.badContent,
    hint: 'use the direct download URL (on Hugging Face: /resolve/, not /blob/)',
  });
}

function* head(ref: UrlRef, attempt: number): Dialog<SourceReply> {
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

function refused(ref: UrlRef, { status, headers }: SourceReply): RmaError {
  const errorCode = errorCodeOf(headers);
  return hubRefusal({ status, errorCode, subject: ref.url, revision: null, page: null, tokenSent: false });
}

function wrongPin(ref: UrlRef, announced: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_HASH_MISMATCH',
    `${ref.url} has sha256 ${announced}, but the reference requires ${ref.sha256 ?? ''}`,
    { exitCode: EXIT.badContent, hint: 'the file changed or the reference is wrong: correct #sha256=' },
  );
}
