import { networkReason, sendRequest } from '../../adapters/engine/http-request.ts';
import { withDeadline } from '../../adapters/engine/with-deadline.ts';
import type { Clock } from '../../ports/clock.ts';
import { type CoordinatorTarget, coordinatorTrust } from '../coordinator-target.ts';

/** Returns why a coordinator does not respond within `ms` milliseconds; null if it does, with whatever status. */
export async function coordinatorSilence(
  target: Pick<CoordinatorTarget, 'url' | 'caFile'>,
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal },
): Promise<string | null> {
  try {
    const health = `${target.url.replace(/\/+$/, '')}/healthz`;
    await withDeadline({ clock, ms, signal }, (inner) =>
      sendRequest({ method: 'GET', url: health, signal: inner, ...coordinatorTrust(target) }),
    );
    return null;
  } catch (error) {
    return networkReason(error);
  }
}
