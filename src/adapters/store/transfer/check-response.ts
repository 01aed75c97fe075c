import { EXIT, RmaError } from '../../../core/errors.ts';
import { errorCodeOf, hubRefusal, type TokenWays } from '../../../core/hub/hub-refusal.ts';
import { isRetryableStatus } from '../../../core/hub/retry.ts';
import type { HttpResponse } from '../../../ports/http-client.ts';

/** The requested range and the state of the file. */
export interface RangeRequest {
  readonly label: string;
  readonly bytes: number;
  readonly offset: number;
  /** first byte after the requested range */
  readonly end: number;
  readonly etag: string | null;
  readonly tokenSent: boolean;
  readonly tokenWays?: TokenWays;
}

/** Each kind of fault has its own retry limit. */
export type Budget = 'network' | 'expired' | 'html' | 'content';

export type Verdict =
  | { readonly kind: 'append' }
  /** the response is the whole file although a range was requested */
  | { readonly kind: 'restart' }
  | {
      readonly kind: 'retry';
      readonly budget: Budget;
      readonly error: RmaError;
      /** the partial file does not match the current file on the server */
      readonly drop?: boolean;
    }
  | { readonly kind: 'fail'; readonly error: RmaError };

/** Checks whether a response can be written to the file: status, length, total, range and entity tag must all match. */
export function checkResponse(request: RangeRequest, answer: HttpResponse): Verdict {
  const { status, headers } = answer;
  const coding = contentCoding(headers);
  if (coding !== null) return misfit(request, `it compresses the file (${coding})`);
  if (status === 200) return checkWhole(request, headers);
  if (status === 206) return checkPart(request, headers);
  if (status === 416) return checkUnsatisfiable(request, headers);
  const error = hubRefusal({
    status,
    errorCode: errorCodeOf(headers),
    subject: request.label,
    revision: null,
    page: null,
    tokenSent: request.tokenSent,
    tokenWays: request.tokenWays ?? null,
  });
  if (isRetryableStatus(status)) return { kind: 'retry', budget: 'network', error };
  if ([401, 403, 404, 410].includes(status) && leftOrigin(answer))
    return { kind: 'retry', budget: 'expired', error };
  return { kind: 'fail', error };
}

/** Returns the codings of the content (RFC 9110 8.4: a list, in any case); null if it is sent as it is. */
function contentCoding(headers: HttpResponse['headers']): string | null {
  const codings = (headers['content-encoding'] ?? '').split(',').map((coding) => coding.trim());
  const others = codings.filter((coding) => !['', 'identity'].includes(coding.toLowerCase()));
  return others.length === 0 ? null : others.join(', ');
}

/** Returns the strong entity tag, as required by `If-Range` (RFC 9110 13.1.5); null if there is none. */
export function strongEtag(headers: Readonly<Record<string, string>>): string | null {
  const etag = headers['etag'] ?? '';
  return /^"[^"]*"$/.test(etag) ? etag : null;
}

/** Returns the error for a web page instead of a file. */
export function htmlFault(label: string): RmaError {
  return new RmaError('RMA_CONTENT_HTML', `received a web page instead of ${label}`, {
    exitCode: EXIT.badContent,
    hint: 'check the URL, the hub endpoint and whether a proxy requires you to sign in',
  });
}

/** Returns whether the content starts like a web page. */
export function looksLikeHtml(head: Uint8Array): boolean {
  return /^\s*(<!doctype html|<html[\s>])/i.test(Buffer.from(head.subarray(0, 64)).toString('latin1'));
}

/** Returns whether the file name is that of a web page. */
export function isHtmlName(label: string): boolean {
  return /\.x?html?$/i.test(label);
}

function checkWhole(request: RangeRequest, headers: HttpResponse['headers']): Verdict {
  const length = headers['content-length'];
  const fits = Number(length) === request.bytes;
  const isPage = /^(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '');
  if (isPage && !fits && !isHtmlName(request.label)) {
    return { kind: 'retry', budget: 'html', error: htmlFault(request.label) };
  }
  if (length !== undefined && !fits)
    return { kind: 'retry', budget: 'content', error: sizeFault(request, length) };
  return request.offset > 0 ? { kind: 'restart' } : { kind: 'append' };
}

function checkPart(request: RangeRequest, headers: HttpResponse['headers']): Verdict {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (range === null) return misfit(request, 'it sent a range without Content-Range');
  const [, from = '', to = '', total = ''] = range;
  const etag = strongEtag(headers);
  if (request.etag !== null && etag !== null && etag !== request.etag) {
    return { ...misfit(request, 'the file changed during the download'), drop: true };
  }
  if (total !== '*' && Number(total) !== request.bytes) {
    return { kind: 'retry', budget: 'content', error: sizeFault(request, total), drop: true };
  }
  if (Number(from) !== request.offset || Number(to) >= request.end || Number(to) < Number(from)) {
    return misfit(request, `it sent bytes ${from}-${to} instead of ${request.offset}-${request.end - 1}`);
  }
  return { kind: 'append' };
}

function checkUnsatisfiable(request: RangeRequest, headers: HttpResponse['headers']): Verdict {
  const total = /^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const error =
    total === undefined || Number(total) === request.bytes
      ? misfit(request, 'it rejected the requested range (416)').error
      : sizeFault(request, total);
  return { kind: 'retry', budget: 'content', error, drop: true };
}

function misfit(request: RangeRequest, fault: string): Extract<Verdict, { kind: 'retry' }> {
  const error = new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `unexpected response from the server of ${request.label}: ${fault}`,
    {
      hint: "check whether a proxy or mirror modifies the hub's responses",
    },
  );
  return { kind: 'retry', budget: 'content', error };
}

function sizeFault(request: RangeRequest, seen: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_SIZE_MISMATCH',
    `${request.label} has ${seen} bytes on the server, expected ${request.bytes}`,
    { exitCode: EXIT.badContent, hint: 'resolve the reference again, or check the mirror' },
  );
}

function leftOrigin(answer: HttpResponse): boolean {
  const first = answer.hops[0];
  return first !== undefined && new URL(first.url).origin !== new URL(answer.url).origin;
}
