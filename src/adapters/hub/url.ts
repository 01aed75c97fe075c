import { backoffMs } from '../../core/backoff.ts';
import type { PinnedFile, PinnedModel, PinnedUrlModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { hubRefusal } from '../../core/hub/hub-refusal.ts';
import type { ModelRef } from '../../core/reference/model-ref.ts';
import { formatModelRef, urlFileName } from '../../core/reference/parse-ref.ts';
import { assertSafePaths } from '../../core/store/safe-path.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import { announcedBytes } from './announced-bytes.ts';
import { badAnswer } from './bad-answer.ts';

export interface UrlOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** first delay after an HTML page was received instead of the file, ms */
  readonly pauseMs?: number;
}

type UrlRef = Extract<ModelRef, { source: 'url' }>;

const HTML_ATTEMPTS = 4;

/** One file at a direct URL. No token is ever sent. */
export class UrlSource implements ModelSource {
  readonly source = 'url';
  readonly #options: UrlOptions;

  constructor(options: UrlOptions) {
    this.#options = options;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedUrlModel> {
    if (ref.source !== 'url') throw new Error(`a ${ref.source} reference reached the URL source`);
    const path = urlFileName(ref) ?? '';
    assertSafePaths([path], ref.url);
    const answer = await this.#headers(ref, signal);
    const bytes = announcedBytes(answer);
    if (bytes === null) throw badAnswer(ref.url, 'it has no size');
    const announced = announcedSha256(answer);
    if (ref.sha256 !== null && announced !== null && announced !== ref.sha256) throw wrongPin(ref, announced);
    const hex = ref.sha256 ?? announced;
    const digest = hex === null ? null : ({ algorithm: 'sha256', hex } as const);
    return {
      source: 'url',
      ref: formatModelRef(ref),
      url: ref.url,
      set: ref.set,
      files: [{ path, bytes, digest }],
    };
  }

  locate(model: PinnedModel, _file: PinnedFile): FileLocation {
    if (model.source !== 'url') throw new Error(`a ${model.source} model reached the URL source`);
    return { url: model.url, authorization: null };
  }

  /** Requests the headers of the file. An HTML page is often a temporary gateway error, so it is retried three times. */
  async #headers(ref: UrlRef, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const { clock, random, pauseMs = 1000 } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#head(ref, signal);
      const isHtml = /^text\/html\b/i.test(answer.headers['content-type'] ?? '');
      if (!isHtml || /\.html?$/i.test(urlFileName(ref) ?? '')) return answer;
      if (attempt === HTML_ATTEMPTS) throw htmlPage(ref);
      await clock.sleep(backoffMs(attempt, random(), { firstMs: pauseMs }), signal);
    }
  }

  async #head(ref: UrlRef, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const common = { url: ref.url, ...(signal === undefined ? {} : { signal }) };
    const head = await this.#options.http.read({ ...common, method: 'HEAD' });
    if (head.status === 200 && announcedBytes(head) !== null) return head;
    if ([401, 404, 410, 429].includes(head.status) || head.status >= 500) throw refused(ref, head);
    // some servers reject HEAD, and signed URLs are often signed for GET only
    const {
      close,
      body: _,
      ...answer
    } = await this.#options.http.open({
      ...common,
      method: 'GET',
      headers: { range: 'bytes=0-0' },
    });
    close();
    if (answer.status !== 200 && answer.status !== 206) throw refused(ref, answer);
    return answer;
  }
}

/** Returns the sha256 of large files on the Hugging Face hub: `X-Linked-Etag` of the response before the redirect to its CDN. */
function announcedSha256(answer: HttpAnswer): string | null {
  for (const { headers } of answer.hops) {
    const etag = (headers['x-linked-etag'] ?? '').replace(/^W\//, '').replaceAll('"', '');
    if (/^[0-9a-f]{64}$/i.test(etag)) return etag.toLowerCase();
  }
  return null;
}

function refused(ref: UrlRef, answer: HttpAnswer): RmaError {
  const errorCode = answer.headers['x-error-code'];
  return hubRefusal({
    status: answer.status,
    errorCode,
    subject: ref.url,
    revision: null,
    page: null,
    tokenSent: false,
  });
}

function htmlPage(ref: UrlRef): RmaError {
  return new RmaError('RMA_CONTENT_HTML', `${ref.url} is a web page, not a model file`, {
    exitCode: EXIT.badContent,
    hint: 'use the direct download URL (on Hugging Face: /resolve/, not /blob/)',
  });
}

function wrongPin(ref: UrlRef, announced: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_HASH_MISMATCH',
    `${ref.url} has sha256 ${announced}, but the reference requires ${ref.sha256 ?? ''}`,
    { exitCode: EXIT.badContent, hint: 'the file changed or the reference is wrong: correct #sha256=' },
  );
}
