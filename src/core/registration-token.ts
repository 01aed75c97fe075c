import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Returns the token of one worker: hex HMAC-SHA256 of `rma-worker/v1:<host>/<id>` under the coordinator's key.
 * It is valid only for this worker on this host.
 */
export function workerToken(key: string, host: string, id: string): string {
  return createHmac('sha256', key).update(`rma-worker/v1:${host}/${id}`).digest('hex');
}

/** Returns the read-only token of the coordinator: hex HMAC-SHA256 of `rma-reader/v1` under its key. */
export function readerToken(key: string): string {
  return createHmac('sha256', key).update('rma-reader/v1').digest('hex');
}

/** Compares two tokens in constant time. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (token: string) => createHash('sha256').update(token).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
