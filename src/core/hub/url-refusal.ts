import { EXIT, RmaError } from '../errors.ts';

/** An error response of the server of a plain URL. */
export interface UrlRefusal {
  readonly status: number;
  /** for the message */
  readonly url: string;
}

/** How to get a file that requires a token. */
export const NO_TOKEN =
  'use a signed URL or a hub reference (hf:ORG/REPO:FILE): rma does not send tokens to URLs';
const LATER = 'retry later';

/** Returns the error for an unsuccessful HTTP status of a URL, whose server gets no token. */
export function urlRefusal({ status, url }: UrlRefusal): RmaError {
  const details = { status };
  const http = `HTTP ${status}`;
  switch (status) {
    case 401:
    case 403:
      return new RmaError(
        status === 401 ? 'RMA_HUB_UNAUTHORIZED' : 'RMA_HUB_FORBIDDEN',
        `the server denied access to ${url} (${http})`,
        { exitCode: EXIT.denied, hint: NO_TOKEN, details },
      );
    case 404:
    case 410:
      return new RmaError('RMA_HUB_NOT_FOUND', `${url} not found (${http})`, {
        hint: 'check the URL',
        details,
      });
    case 429:
    case 503:
      return new RmaError('RMA_HUB_BUSY', `the server is rate limiting or unavailable for ${url} (${http})`, {
        hint: LATER,
        details,
      });
    default:
      return status >= 500 || status === 408
        ? new RmaError('RMA_HUB_UNREACHABLE', `the server returned ${http} for ${url}`, {
            hint: LATER,
            details,
          })
        : new RmaError('RMA_HUB_BAD_ANSWER', `unexpected response from the server for ${url} (${http})`, {
            details,
          });
  }
}
