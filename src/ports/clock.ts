/** The clock, which tests can replace. */
export interface Clock {
  /** Returns the wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Returns milliseconds that never run backwards. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
