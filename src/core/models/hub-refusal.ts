import { EXIT, RmaError } from '../errors.ts';

/** What a hub answered, and about what. */
export interface Refusal {
  readonly status: number;
  /** header `X-Error-Code` of the Hugging Face hub */
  readonly errorCode: string | undefined;
  /** the repository or file, for the message */
  readonly subject: string;
  readonly revision: string | null;
  /** page on which a person accepts a licence; null where there is none */
  readonly page: string | null;
  readonly tokenSent: boolean;
}

const TOKEN_HINT = 'give a token that may read it: --token-file FILE, or HF_TOKEN, or `hf auth login`';

/** The one error for a status of a hub that is not a success (docs: `X-Error-Code` of the Hugging Face API). */
export function hubRefusal(refusal: Refusal): RmaError {
  const { status, errorCode, subject } = refusal;
  if (errorCode === 'RevisionNotFound') return revisionNotFound(refusal);
  if (errorCode === 'GatedRepo') return gated(refusal);
  if (status === 401) return unauthorized(refusal);
  if (status === 403) return forbidden(refusal);
  if (status === 404 || status === 410) {
    return new RmaError('RMA_HUB_NOT_FOUND', `${subject} does not exist on the hub (it answered ${status})`, {
      hint: 'check the spelling; a private one needs a token: --token-file FILE',
      details: { status },
    });
  }
  if (status === 429 || status === 503) {
    return new RmaError(
      'RMA_HUB_BUSY',
      `the hub asked to wait too often for ${subject} (it answered ${status})`,
      {
        hint: "run the command again later; a token raises the hub's limit: --token-file FILE",
        details: { status },
      },
    );
  }
  if (status >= 500 || status === 408) {
    return new RmaError('RMA_HUB_UNREACHABLE', `the hub failed on ${subject} (it answered ${status})`, {
      hint: 'run the command again later',
      details: { status },
    });
  }
  return new RmaError('RMA_HUB_BAD_ANSWER', `the hub answered ${status} for ${subject}`, {
    details: { status },
  });
}

function revisionNotFound({ subject, revision, status }: Refusal): RmaError {
  return new RmaError('RMA_HUB_REVISION_NOT_FOUND', `${subject} has no revision "${revision ?? ''}"`, {
    hint: 'name an existing branch, tag or commit after @, or leave it out for main',
    details: { status },
  });
}

function gated({ subject, page, tokenSent, status }: Refusal): RmaError {
  const accept = page === null ? 'accept its licence on the hub' : `accept its licence at ${page}`;
  return new RmaError('RMA_HUB_GATED', `${subject} is gated: its licence must be accepted first`, {
    exitCode: EXIT.denied,
    hint: tokenSent ? `${accept} with the account of your token` : `${accept}, then ${TOKEN_HINT}`,
    details: { status },
  });
}

/** The Hugging Face hub answers 401 to anonymous users for repositories that do not exist, too. */
function unauthorized({ subject, tokenSent, status }: Refusal): RmaError {
  const message = tokenSent
    ? `the hub refused the token for ${subject} (401): it is not valid, or ${subject} does not exist`
    : `the hub gives no access to ${subject} (401): it does not exist, or it is private and needs a token`;
  return new RmaError('RMA_HUB_UNAUTHORIZED', message, {
    exitCode: EXIT.denied,
    hint: tokenSent ? 'check the token with `hf auth whoami`' : `check the spelling, or ${TOKEN_HINT}`,
    details: { status },
  });
}

function forbidden({ subject, tokenSent, status }: Refusal): RmaError {
  return new RmaError('RMA_HUB_FORBIDDEN', `the hub forbids access to ${subject} (403)`, {
    exitCode: EXIT.denied,
    hint: tokenSent ? 'use a token with the right to read it' : TOKEN_HINT,
    details: { status },
  });
}
