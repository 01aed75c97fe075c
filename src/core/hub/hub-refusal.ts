import { EXIT, RmaError } from '../errors.ts';

/** What a hub answered, and about what. */
export interface Refusal {
  readonly status: number;
  /** header `X-Error-Code` of the Hugging Face hub; other hubs' refusals are told in its words */
  readonly errorCode: string | undefined;
  /** the repository or file, for the message */
  readonly subject: string;
  readonly revision: string | null;
  /** page on which a person accepts a licence; null where there is none */
  readonly page: string | null;
  readonly tokenSent: boolean;
  /** how the token of this hub is given; without it that of the Hugging Face hub */
  readonly tokenWays?: TokenWays;
}

export interface TokenWays {
  /** after "give a token that may read it: " */
  readonly give: string;
  readonly check: string;
}

const HF_TOKEN_WAYS: TokenWays = {
  give: '--token-file FILE, or HF_TOKEN, or `hf auth login`',
  check: 'check the token with `hf auth whoami`',
};

/** The one error for a status of a hub that is not a success (docs: `X-Error-Code` of the Hugging Face API). */
export function hubRefusal(refusal: Refusal): RmaError {
  const { status, errorCode, subject, tokenWays = HF_TOKEN_WAYS } = refusal;
  if (errorCode === 'RevisionNotFound') return revisionNotFound(refusal);
  if (errorCode === 'GatedRepo') return gated(refusal);
  if (status === 401) return unauthorized(refusal);
  if (status === 403) return forbidden(refusal);
  if (status === 404 || status === 410) {
    return new RmaError('RMA_HUB_NOT_FOUND', `${subject} does not exist on the hub (it answered ${status})`, {
      hint: `check the spelling; a private one needs a token: ${tokenWays.give}`,
      details: { status },
    });
  }
  if (status === 429 || status === 503) {
    return new RmaError(
      'RMA_HUB_BUSY',
      `the hub asked to wait too often for ${subject} (it answered ${status})`,
      {
        hint: `run the command again later; a token raises the hub's limit: ${tokenWays.give}`,
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
    hint: 'name an existing branch, tag or commit after @, or leave it out for the usual one',
    details: { status },
  });
}

function gated(refusal: Refusal): RmaError {
  const { subject, page, tokenSent, status } = refusal;
  const accept = page === null ? 'accept its licence on the hub' : `accept its licence at ${page}`;
  return new RmaError('RMA_HUB_GATED', `${subject} is gated: its licence must be accepted first`, {
    exitCode: EXIT.denied,
    hint: tokenSent ? `${accept} with the account of your token` : `${accept}, then ${tokenHint(refusal)}`,
    details: { status },
  });
}

/** The Hugging Face hub answers 401 to anonymous users for repositories that do not exist, too. */
function unauthorized(refusal: Refusal): RmaError {
  const { subject, tokenSent, status, tokenWays = HF_TOKEN_WAYS } = refusal;
  const message = tokenSent
    ? `the hub refused the token for ${subject} (401): it is not valid, or ${subject} does not exist`
    : `the hub gives no access to ${subject} (401): it does not exist, or it is private and needs a token`;
  return new RmaError('RMA_HUB_UNAUTHORIZED', message, {
    exitCode: EXIT.denied,
    hint: tokenSent ? tokenWays.check : `check the spelling, or ${tokenHint(refusal)}`,
    details: { status },
  });
}

function forbidden(refusal: Refusal): RmaError {
  const { subject, tokenSent, status } = refusal;
  return new RmaError('RMA_HUB_FORBIDDEN', `the hub forbids access to ${subject} (403)`, {
    exitCode: EXIT.denied,
    hint: tokenSent ? 'use a token with the right to read it' : tokenHint(refusal),
    details: { status },
  });
}

function tokenHint({ tokenWays = HF_TOKEN_WAYS }: Refusal): string {
  return `give a token that may read it: ${tokenWays.give}`;
}
