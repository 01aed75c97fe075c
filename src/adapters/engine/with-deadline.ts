import type { Clock } from '../../ports/clock.ts';

/**
 * Runs `work` with a signal that is aborted after `ms` milliseconds or with `signal`; clears its timer.
 * @throws Error "no response within … s" after the timeout
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = new AbortController();
  const stop = () => own.abort(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop);
  const timer = new AbortController();
  clock.sleep(ms, timer.signal).then(
    () => own.abort(new Error(`no response within ${ms / 1000} s`)),
    () => undefined,
  );
  try {
    return await work(own.signal);
  } finally {
    timer.abort();
    signal.removeEventListener('abort', stop);
  }
}
