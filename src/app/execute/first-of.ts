/** A task that ends early when its signal is aborted. */
export type Task<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Runs the tasks concurrently, aborts the others as soon as one ends, and waits for all of them.
 * @returns the result of the first
 * @throws the error of the first
 */
export async function firstOf<T>(signal: AbortSignal, tasks: readonly Task<T>[]): Promise<T> {
  const enough = new AbortController();
  const together = AbortSignal.any([signal, enough.signal]);
  const running = tasks.map((task) => task(together));
  try {
    return await Promise.race(running);
  } finally {
    enough.abort();
    await Promise.allSettled(running);
  }
}
