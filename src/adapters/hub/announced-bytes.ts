import type { HttpAnswer } from '../../ports/http-client.ts';

/** Returns the size of the whole file from the response to HEAD or to a range request; null if it has none. */
export function announcedBytes(answer: HttpAnswer): number | null {
  const range = /^bytes \d+-\d+\/(\d+)$/.exec(answer.headers['content-range'] ?? '')?.[1];
  const linked = answer.hops
    .map(({ headers }) => headers['x-linked-size'])
    .find((size) => size !== undefined);
  const text = range ?? linked ?? (answer.status === 200 ? answer.headers['content-length'] : undefined);
  const bytes = text !== undefined && /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(bytes) ? bytes : null;
}
