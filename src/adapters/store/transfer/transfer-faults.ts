import type { Digest } from '../../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { EMPTY_SHA256 } from '../../../core/store/digest.ts';

/** Returns the error for a server that answers every request with a tiny part of its range. */
export function shortFault(label: string): RmaError {
  return new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `the server of ${label} sends only a few bytes in each response`,
    {
      hint: "check whether a proxy or mirror modifies the hub's responses",
    },
  );
}

/** Returns the error for a server that closes each connection, and then sends the file from its start. */
export function neverComplete(label: string): RmaError {
  return new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `${label}: the server closes every connection before the download completes`,
    { hint: 'check the proxy or mirror; downloaded data is kept' },
  );
}

/** Returns the error for a response that cannot be used besides those of other connections. */
export function brokenRanges(label: string): RmaError {
  return new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `unexpected response from the server of ${label}: it sent another file, or no range`,
    { hint: "check whether a proxy or mirror modifies the hub's responses" },
  );
}

/** Returns the error for a response that is much slower than others of the file. */
export function slowFault(): RmaError {
  return new RmaError('RMA_HUB_UNREACHABLE', 'received less than 10 % of the usual rate for 5 s', {
    hint: 'run the command again; downloaded data is kept',
  });
}

/** Returns the error with the file and the offset where it happened. */
export function faultAt(error: RmaError, label: string, offset: number): RmaError {
  return new RmaError(error.code, `${label} at byte ${offset}: ${error.message}`, {
    exitCode: error.exitCode,
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

/** Returns the error for content that was wrong in two downloads; `sender` is the host that sent the last one. */
export function hashMismatch(
  { label, sender }: { readonly label: string; readonly sender: string },
  expected: Digest,
  seen: string,
): RmaError {
  const what =
    seen === EMPTY_SHA256 ? 'the server sent an empty file' : `its ${expected.algorithm} is ${seen}`;
  return new RmaError(
    'RMA_CONTENT_HASH_MISMATCH',
    `hash mismatch of ${label} in two downloads, the last one from ${sender}: ${what}, expected ${expected.hex}`,
    {
      exitCode: EXIT.badContent,
      hint: 'the downloaded data was removed; the mirror, a proxy or the source is at fault: try another endpoint or revision',
      details: { algorithm: expected.algorithm, expected: expected.hex, seen, host: sender },
    },
  );
}
