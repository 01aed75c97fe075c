/** Sends values to every subscriber, each of which reads them at its own pace. */
export class Broadcast<T> {
  readonly #queues = new Set<Queue<T>>();

  send(value: T): void {
    for (const queue of this.#queues) queue.push(value);
  }

  /** Returns the values sent from now on, until the signal is aborted. */
  subscribe(signal: AbortSignal): AsyncIterable<T> {
    const queue = new Queue<T>();
    this.#queues.add(queue);
    const end = () => {
      this.#queues.delete(queue);
      queue.end();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    return queue.values();
  }

  /** Ends every subscription with an error, as a broken connection does. */
  fail(error: Error): void {
    for (const queue of this.#queues) queue.end(error);
    this.#queues.clear();
  }
}

class Queue<T> {
  readonly #waiting: T[] = [];
  #wake: () => void = () => undefined;
  #ended: { readonly error: Error | null } | null = null;

  push(value: T): void {
    this.#waiting.push(value);
    this.#wake();
  }

  end(error: Error | null = null): void {
    this.#ended ??= { error };
    this.#wake();
  }

  async *values(): AsyncGenerator<T> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      if (this.#ended !== null) {
        if (this.#ended.error !== null) throw this.#ended.error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
