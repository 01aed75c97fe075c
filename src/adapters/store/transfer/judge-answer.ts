import { EXIT, RmaError } from '../../../core/errors.ts';
import { isRetryableStatus } from '../../../core/hub/backoff.ts';
import { hubRefusal, type TokenWays } from '../../../core/hub/hub-refusal.ts';
import type { HttpAnswer } from '../../../ports/http-client.ts';

/** What was asked for, and how far the file is. */
export interface Asked {
  readonly label: string;
  readonly bytes: number;
  readonly offset: number;
  /** first byte after the range asked for */
  readonly end: number;
  readonly etag: string | null;
  readonly tokenSent: boolean;
  readonly tokenWays?: TokenWays;
}

/** Each kind of fault has its own patience. */
export type Budget = 'network' | 'expired' | 'html' | 'content';

export type Verdict =
  | { readonly kind: 'append' }
  /** the whole file comes although a part was asked for */
  | { readonly kind: 'restart' }
  | {
      readonly kind: 'retry';
      readonly budget: Budget;
      readonly error: RmaError;
      /** the part on disk does not belong to what the server has now */
      readonly drop?: boolean;
    }
  | { readonly kind: 'fail'; readonly error: RmaError };

/** Whether the answer to a (range) request can be written to the file: status, length, total, range and entity tag must all fit. */
export function judgeAnswer(asked: Asked, answer: HttpAnswer): Verdict {
  const { status, headers } = answer;
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return misfit(asked, `it compresses the file (${encoding})`);
  if (status === 200) return judgeWhole(asked, headers);
  if (status === 206) return judgePart(asked, headers);
  if (status === 416) return judgeUnsatisfiable(asked, headers);
  const error = hubRefusal({
    status,
    errorCode: headers['x-error-code'],
    subject: asked.label,
    revision: null,
    page: null,
    tokenSent: asked.tokenSent,
    ...(asked.tokenWays === undefined ? {} : { tokenWays: asked.tokenWays }),
  });
  if (isRetryableStatus(status)) return { kind: 'retry', budget: 'network', error };
  if ([401, 403, 404, 410].includes(status) && leftOrigin(answer))
    return { kind: 'retry', budget: 'expired', error };
  return { kind: 'fail', error };
}

/** The strong entity tag, as `If-Range` needs it (RFC 9110 13.1.5). */
export function strongEtag(headers: Readonly<Record<string, string>>): string | null {
  const etag = headers['etag'] ?? '';
  return /^"[^"]*"$/.test(etag) ? etag : null;
}

export function htmlFault(label: string): RmaError {
  return new RmaError('RMA_CONTENT_HTML', `a web page came in place of ${label}`, {
    exitCode: EXIT.badContent,
    hint: 'check the address, the hub endpoint and whether a proxy asks you to sign in',
  });
}

/** Whether the content itself starts like a web page. */
export function looksLikeHtml(head: Uint8Array): boolean {
  return /^\s*(<!doctype html|<html[\s>])/i.test(Buffer.from(head.subarray(0, 64)).toString('latin1'));
}

export function isHtmlName(label: string): boolean {
  return /\.x?html?$/i.test(label);
}

function judgeWhole(asked: Asked, headers: HttpAnswer['headers']): Verdict {
  const length = headers['content-length'];
  const fits = length !== undefined && Number(length) === asked.bytes;
  const isPage = /^(text\/html|application\/xhtml)/i.test(headers['content-type'] ?? '');
  if (isPage && !fits && !isHtmlName(asked.label)) {
    return { kind: 'retry', budget: 'html', error: htmlFault(asked.label) };
  }
  if (length !== undefined && !fits)
    return { kind: 'retry', budget: 'content', error: sizeFault(asked, length) };
  return asked.offset > 0 ? { kind: 'restart' } : { kind: 'append' };
}

function judgePart(asked: Asked, headers: HttpAnswer['headers']): Verdict {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (range === null) return misfit(asked, 'it sends a part without saying which');
  const [, from = '', to = '', total = ''] = range;
  const etag = strongEtag(headers);
  if (asked.etag !== null && etag !== null && etag !== asked.etag) {
    return { ...misfit(asked, 'the file was changed in the middle of the transfer'), drop: true };
  }
  if (total !== '*' && Number(total) !== asked.bytes) {
    return { kind: 'retry', budget: 'content', error: sizeFault(asked, total), drop: true };
  }
  if (Number(from) !== asked.offset || Number(to) >= asked.end || Number(to) < Number(from)) {
    return misfit(asked, `it sends bytes ${from}-${to} in place of ${asked.offset}-${asked.end - 1}`);
  }
  return { kind: 'append' };
}

function judgeUnsatisfiable(asked: Asked, headers: HttpAnswer['headers']): Verdict {
  const total = /^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const error =
    total === undefined || Number(total) === asked.bytes
      ? misfit(asked, 'it refuses the range asked for (416)').error
      : sizeFault(asked, total);
  return { kind: 'retry', budget: 'content', error, drop: true };
}

function misfit(asked: Asked, fault: string): Extract<Verdict, { kind: 'retry' }> {
  const error = new RmaError('RMA_HUB_BAD_ANSWER', `the server of ${asked.label} cannot be used: ${fault}`, {
    hint: 'check whether a proxy or mirror changes what the hub sends',
  });
  return { kind: 'retry', budget: 'content', error };
}

function sizeFault(asked: Asked, seen: string): RmaError {
  return new RmaError(
    'RMA_CONTENT_SIZE_MISMATCH',
    `${asked.label} has ${seen} bytes on the server, ${asked.bytes} are expected`,
    { exitCode: EXIT.badContent, hint: 'resolve the reference again, or check the mirror that serves it' },
  );
}

function leftOrigin(answer: HttpAnswer): boolean {
  const first = answer.hops[0];
  return first !== undefined && new URL(first.url).origin !== new URL(answer.url).origin;
}
