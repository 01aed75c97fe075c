import { basename } from 'node:path/posix';
import * as z from 'zod/mini';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { EXIT, RmaError } from '../errors.ts';
import { announcedBytes } from '../hub/announced-bytes.ts';
import { badAnswer } from '../hub/bad-answer.ts';
import { errorCodeOf, hubRefusal } from '../hub/hub-refusal.ts';
import { splitPart } from '../reference/split-files.ts';
import { matching, text } from '../schema/rules.ts';
import { assertSafePaths } from '../store/safe-path.ts';
import { pinnedFields } from './pinned-fields.ts';
import { ggufName } from './repository.ts';
import { ask, type Dialog, type Source, type SourceReply } from './source.ts';
import {
  formatUrlRef,
  parseUrlRef,
  partUrl,
  URL_GRAMMAR,
  type UrlFile,
  type UrlRef,
  urlFileName,
  urlFiles,
} from './url-reference.ts';
import { sidecarHashes } from './url-sidecar.ts';
import {
  knownValidators,
  type Validator,
  type Validators,
  validatorOf,
  validatorsSchema,
} from './validators.ts';

/** One file by direct URL, or all parts of a split model, stored flat in a set. */
export interface PinnedUrlModel extends PinnedModel {
  readonly source: 'url';
  /** of the file; of the first part of a split model */
  readonly url: string;
  /** directory below `gguf/` */
  readonly set: string;
  /** name of the file next to it that has the hash; absent if the reference or the response itself has it */
  readonly sidecar?: string | undefined;
  /** path → what the server sent with a file that has no published hash, to detect changes */
  readonly validators?: Validators | undefined;
}

/** An HTML page is often a temporary error of a gateway. */
const HTML_ATTEMPTS = 4;

/** One file at a direct URL, or the parts of a split model next to each other. */
export const url: Source<UrlRef, PinnedUrlModel> = {
  id: 'url',
  schemes: ['https', 'http'],
  grammar: URL_GRAMMAR,
  help: [
    ['https://HOST/NAME.gguf', 'one GGUF file, or all parts of a split one'],
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
    sidecar: z.optional(text()),
    validators: z.optional(validatorsSchema),
  }),
  parse: parseUrlRef,
  format: formatUrlRef,
  servedName: (ref) => ggufName(urlFileName(ref)) ?? urlFileName(ref) ?? ref.url,
  hasOwnName: () => false,
  *resolve(ref) {
    const parts = urlFiles(ref);
    assertSafePaths(
      parts.map(({ path }) => path),
      ref.url,
    );
    const files: PinnedFile[] = [];
    const sent: [string, Validator][] = [];
    for (const part of parts) {
      const { file, validator } = yield* pinned(part);
      files.push(file);
      sent.push([file.path, validator]);
    }
    const unknown = parts.filter((_, at) => files[at]?.digest === null);
    const hashes = yield* sidecarHashes(unknown);
    const sidecar = [...hashes.values()][0]?.from;
    const hashless = new Set(unknown.map(({ path }) => path).filter((path) => !hashes.has(path)));
    const validators = knownValidators(sent.filter(([path]) => hashless.has(path)));
    return {
      source: 'url',
      ref: formatUrlRef(ref),
      url: parts[0]?.url ?? ref.url,
      set: ref.set,
      ...(sidecar !== undefined && { sidecar }),
      ...(validators !== undefined && { validators }),
      files: files.map((file) => withHash(file, hashes.get(file.path)?.sha256)),
    };
  },
  part(ref, { files }) {
    const whole = unsizedUrlModel(ref);
    return {
      ...whole,
      files: whole.files.map((file) => files.find(({ path }) => path === file.path) ?? file),
    };
  },
  locate: fileUrl,
  copy: (ref, path) => urlFiles(ref).find((file) => file.path === basename(path))?.url ?? null,
  origin: (model) => model.url,
  label: (model, file) =>
    model.sidecar === undefined
      ? fileUrl(model, file)
      : `${fileUrl(model, file)} (sha256 from ${model.sidecar})`,
};

/** Returns the model of a direct URL without the sizes and hashes of its files. */
export function unsizedUrlModel(ref: UrlRef): PinnedUrlModel {
  const parts = urlFiles(ref);
  return {
    source: 'url',
    ref: formatUrlRef(ref),
    url: parts[0]?.url ?? ref.url,
    set: ref.set,
    files: parts.map(({ path, sha256: hex }) => ({
      path,
      bytes: 0,
      digest: hex === null ? null : { algorithm: 'sha256', hex },
    })),
  };
}

function withHash(file: PinnedFile, hex: string | undefined): PinnedFile {
  return hex === undefined ? file : { ...file, digest: { algorithm: 'sha256', hex } };
}

function fileUrl(model: PinnedUrlModel, { path }: PinnedFile): string {
  const part = model.files.length > 1 ? splitPart(path) : null;
  return part === null ? model.url : partUrl(model.url, part.part);
}

/** Returns the size and hash of a file, as its server announces them, and its validator. */
function* pinned(file: UrlFile): Dialog<{ readonly file: PinnedFile; readonly validator: Validator }> {
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

function refused(ref: UrlFile, { status, headers }: SourceReply): RmaError {
  const subject = { subject: ref.url, revision: null, page: null };
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
