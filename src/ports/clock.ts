/** Time, so that tests decide what it is. */
export interface Clock {
  /** wall clock, milliseconds since the Unix epoch */
  now(): number;
  /** monotonic, milliseconds */
  monotonic(): number;
  /** resolves after `ms` milliseconds, rejects with the signal's reason when aborted */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
