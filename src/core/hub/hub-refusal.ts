import { EXIT, RmaError } from '../errors.ts';
import { NO_TOKEN, urlRefusal } from './url-refusal.ts';

/** An error response of a hub and the object it is about. */
export interface Refusal {
  readonly status: number;
  /** header `X-Error-Code` of the Hugging Face hub; errors of other hubs are mapped to its codes */
  readonly errorCode: string | undefined;
  /** the repository or file, for the message */
  readonly subject: string;
  readonly revision: string | null;
  /** page where the user accepts the license; null if there is none */
  readonly page: string | null;
  readonly tokenSent: boolean;
  /** how to set the token of this hub (default: that of the Hugging Face hub); null: the server of a URL, which gets none */
  readonly tokenWays?: TokenWays | null;
}

export interface TokenWays {
  /** follows "set a token with read access: " */
  readonly give: string;
  readonly check: string;
}

/** The code of a repository that does not exist, or that an anonymous user does not see. */
export const REPO_NOT_FOUND = 'RepoNotFound';
const DISABLED = 'DisabledRepo';
/** RFC 7725 */
const UNAVAILABLE_FOR_LEGAL_REASONS = 451;

export const HF_TOKEN_WAYS: TokenWays = {
  give: '--token-file FILE, HF_TOKEN or `hf auth login`',
  check: 'check the token with `hf auth whoami`',
};

/**
 * Returns the error code of a response: header `X-Error-Code`. Where the hub disables a repository without a code, its
 * message is the code (huggingface_hub: `hf_raise_for_status`).
 */
export function errorCodeOf(headers: Readonly<Record<string, string>>): string | undefined {
  const message = headers['x-error-message']?.trim();
  return (
    headers['x-error-code'] ?? (message === 'Access to this resource is disabled.' ? DISABLED : undefined)
  );
}

/** Returns the error for an unsuccessful HTTP status of a hub (docs: `X-Error-Code` of the Hugging Face API). */
export function hubRefusal(refusal: Refusal): RmaError {
  const { status, errorCode, subject, tokenWays = HF_TOKEN_WAYS } = refusal;
  if (errorCode === 'RevisionNotFound') return revisionNotFound(refusal);
  if (errorCode === 'GatedRepo') return gated(refusal);
  if (errorCode === DISABLED || status === UNAVAILABLE_FOR_LEGAL_REASONS) return disabled(refusal);
  if (errorCode === 'EntryNotFound') return fileNotFound(refusal);
  if (tokenWays === null) return urlRefusal({ status, url: subject });
  if (status === 401) return unauthorized(refusal);
  if (status === 403) return forbidden(refusal);
  if (status === 404 || status === 410) {
    return new RmaError('RMA_HUB_NOT_FOUND', `${subject} not found on the hub (HTTP ${status})`, {
      hint: `check the spelling; private repositories require a token: ${tokenWays.give}`,
      details: { status },
    });
  }
  if (status === 429 || status === 503) {
    return new RmaError(
      'RMA_HUB_BUSY',
      `the hub is rate limiting or unavailable for ${subject} (HTTP ${status})`,
      {
        hint: `retry later; a token raises the rate limit: ${tokenWays.give}`,
        details: { status },
      },
    );
  }
  if (status >= 500 || status === 408) {
    return new RmaError('RMA_HUB_UNREACHABLE', `the hub returned HTTP ${status} for ${subject}`, {
      hint: 'retry later',
      details: { status },
    });
  }
  return new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `unexpected response from the hub for ${subject} (HTTP ${status})`,
    {
      hint: "check whether a proxy or mirror modifies the hub's responses",
      details: { status },
    },
  );
}

function revisionNotFound({ subject, revision, status }: Refusal): RmaError {
  return new RmaError('RMA_HUB_REVISION_NOT_FOUND', `${subject} has no revision "${revision ?? ''}"`, {
    hint: 'use an existing branch, tag or commit after @, or omit it for the default branch',
    details: { status },
  });
}

function fileNotFound({ subject, status }: Refusal): RmaError {
  return new RmaError('RMA_HUB_NOT_FOUND', `${subject}: file not found on the hub (HTTP ${status})`, {
    hint: 'the repository may have changed: run the command again with --refresh',
    details: { status },
  });
}

/** No token helps: the hub withdrew the repository, for example after a report. */
function disabled({ subject, status, page }: Refusal): RmaError {
  return new RmaError('RMA_HUB_DISABLED', `${subject} is disabled by the hub (HTTP ${status})`, {
    exitCode: EXIT.denied,
    hint: page === null ? 'use another repository' : `use another repository; ${page} may show the reason`,
    details: { status },
  });
}

function gated(refusal: Refusal): RmaError {
  const { subject, page, tokenSent, status } = refusal;
  const accept = page === null ? 'accept its license on the hub' : `accept its license at ${page}`;
  return new RmaError('RMA_HUB_GATED', `${subject} is gated; its license must be accepted first`, {
    exitCode: EXIT.denied,
    hint: tokenSent ? `${accept} with the account of the token` : `${accept}, then ${tokenHint(refusal)}`,
    details: { status },
  });
}

/** Returns the error for 401. The Hugging Face hub also returns 401 to anonymous users for repositories that do not exist. */
function unauthorized(refusal: Refusal): RmaError {
  const { subject, errorCode, tokenSent, status, tokenWays } = refusal;
  const message = tokenSent
    ? `the hub rejected the token for ${subject} (HTTP 401): the token is invalid, or ${subject} does not exist`
    : `the hub denied access to ${subject} (HTTP 401): it does not exist, or it is private and requires a token`;
  return new RmaError('RMA_HUB_UNAUTHORIZED', message, {
    exitCode: EXIT.denied,
    hint: tokenSent ? (tokenWays ?? HF_TOKEN_WAYS).check : `check the spelling, or ${tokenHint(refusal)}`,
    details: errorCode === undefined ? { status } : { status, errorCode },
  });
}

function forbidden(refusal: Refusal): RmaError {
  const { subject, tokenSent, status } = refusal;
  return new RmaError('RMA_HUB_FORBIDDEN', `the hub denied access to ${subject} (HTTP 403)`, {
    exitCode: EXIT.denied,
    hint: tokenSent ? 'use a token with read access' : tokenHint(refusal),
    details: { status },
  });
}

function tokenHint({ tokenWays }: Refusal): string {
  return tokenWays === null ? NO_TOKEN : `set a token with read access: ${(tokenWays ?? HF_TOKEN_WAYS).give}`;
}
