import type { Clock } from '../../ports/clock.ts';

export interface Deadline {
  readonly clock: Clock;
  /** milliseconds from now */
  readonly ms: number;
  /** ends the work earlier */
  readonly signal: AbortSignal;
}

/**
 * Runs `work` with a signal that is aborted at the deadline or with `deadline.signal`. Leaves no timer behind.
 * @throws Error "no response within … s" after the deadline
 */
export async function withDeadline<T>(
  { clock, ms, signal }: Deadline,
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
