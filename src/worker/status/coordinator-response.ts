import { networkReason, sendRequest } from '../../adapters/engine/http-request.ts';
import { withDeadline } from '../../adapters/engine/with-deadline.ts';
import type { Clock } from '../../ports/clock.ts';

/** Returns why a coordinator does not respond within `ms` milliseconds; null if it does, with whatever status. */
export async function coordinatorSilence(
  url: string,
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    const health = `${url.replace(/\/+$/, '')}/healthz`;
    await withDeadline({ clock, ms, signal }, (inner) =>
      sendRequest({ method: 'GET', url: health, signal: inner }),
    );
    return null;
  } catch (error) {
    return networkReason(error);
  }
}
