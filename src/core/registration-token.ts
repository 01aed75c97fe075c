import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The token of one worker: hex HMAC-SHA256 of `rma-worker/v1:<host>/<id>` under the coordinator's key.
 * It opens the entry of exactly this worker on this host.
 */
export function workerToken(key: string, host: string, id: string): string {
  return createHmac('sha256', key).update(`rma-worker/v1:${host}/${id}`).digest('hex');
}

/** The token of those who only read the coordinator: hex HMAC-SHA256 of `rma-reader/v1` under its key. */
export function readerToken(key: string): string {
  return createHmac('sha256', key).update('rma-reader/v1').digest('hex');
}

/** Whether two tokens are the same, in a time that tells nothing about where they differ. */
export function sameToken(given: string, expected: string): boolean {
  const digest = (token: string) => createHash('sha256').update(token).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
