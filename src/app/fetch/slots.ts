/**
 * Limits what runs at the same time: each task takes a number of slots, and the others wait in a queue. A task that needs
 * more than there are runs alone.
 */
export class Slots {
  readonly #count: number;
  #free: number;
  readonly #waiting: { readonly slots: number; readonly start: () => void }[] = [];

  constructor(count: number) {
    this.#count = count;
    this.#free = count;
  }

  async run<T>(slots: number, task: () => Promise<T>): Promise<T> {
    const release = await this.take(slots);
    try {
      return await task();
    } finally {
      release();
    }
  }

  /** Waits for slots. Returns a function that frees them; it may be called again. */
  async take(slots: number): Promise<() => void> {
    const taken = Math.min(slots, this.#count);
    const turn = new Promise<void>((resolve) => this.#waiting.push({ slots: taken, start: resolve }));
    this.#startNext();
    await turn;
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      this.#free += taken;
      this.#startNext();
    };
  }

  /** Starts tasks in order of arrival, so that small tasks never starve a large one. */
  #startNext(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || next.slots > this.#free) return;
      this.#waiting.shift();
      this.#free -= next.slots;
      next.start();
    }
  }
}
