import { RmaError } from '../../core/errors.ts';

/** A hub that answers, but not in its own language: often a proxy or a sign-in page in between. */
export function badAnswer(
  subject: string,
  fault: string,
  cause?: unknown,
  endpoint = 'HF_ENDPOINT',
): RmaError {
  return new RmaError('RMA_HUB_BAD_ANSWER', `the hub's answer for ${subject} makes no sense: ${fault}`, {
    hint: `check the hub endpoint (${endpoint}) and whether a proxy answers in its place`,
    cause,
  });
}
