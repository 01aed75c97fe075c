/** Waits for a promise, or throws the reason of the signal once it is aborted. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  using aborted = new Aborted(signal);
  return (await Promise.race([work, aborted.promise.then(() => signal.throwIfAborted())])) as T;
}

/** Yields the bytes once `start` resolves, and ends when they do or when the signal is aborted. */
export async function* untilAborted(
  bytes: AsyncIterable<Uint8Array>,
  { start, signal }: { readonly start: Promise<void>; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  using aborted = new Aborted(signal);
  await Promise.race([start, aborted.promise]);
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    // not awaited: a source that waits for its next bytes would keep the program
    void iterator.return?.();
  }
}

/** Resolves when the signal is aborted. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits for work, at most so many milliseconds. */
export async function withDeadline(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** Bytes that never come and never end. */
export const NO_BYTES: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
};

/** A promise that resolves when a signal is aborted. */
class Aborted implements Disposable {
  readonly promise: Promise<undefined>;
  readonly #signal: AbortSignal;
  #onAbort: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.promise = new Promise((resolve) => {
      this.#onAbort = () => resolve(undefined);
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', this.#onAbort, { once: true });
    });
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}
