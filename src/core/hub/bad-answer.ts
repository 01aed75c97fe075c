import { RmaError } from '../errors.ts';

/** Returns the error for a response that is not in the hub's format: often from a proxy or a sign-in page. */
export function badAnswer(subject: string, fault: string, endpoint = 'HF_ENDPOINT'): RmaError {
  return new RmaError('RMA_HUB_BAD_ANSWER', `unexpected response from the hub for ${subject}: ${fault}`, {
    hint: `check the hub endpoint (${endpoint}) and whether a proxy responds instead`,
  });
}
