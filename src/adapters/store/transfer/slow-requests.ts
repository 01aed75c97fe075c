import { isSlow } from '../../../core/hub/slow-request.ts';

/** The rate of a request is measured over this time, ms. */
const WINDOW_MS = 5000;

/** Shorter measurements of other requests do not count, ms. */
const SHORTEST_MS = 1000;

/** Number of earlier rates that count: a line that became slow as a whole is soon the new measure. */
const RECENT = 7;

interface Watched {
  since: number;
  bytes: number;
  readonly stop: () => void;
}

/** Counts the bytes of one request. */
export interface RequestWatch {
  received(bytes: number): void;
  end(): void;
}

/** Finds requests of one file that stall or crawl while others, or those before, are fast. */
export class SlowRequests {
  readonly #monotonic: () => number;
  readonly #open = new Set<Watched>();
  /** rates of ended measurements, bytes a second */
  #recent: readonly number[] = [];

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Watches a request; `stop` is called if it is slow. */
  watch(stop: () => void): RequestWatch {
    const watched: Watched = { since: this.#monotonic(), bytes: 0, stop };
    this.#open.add(watched);
    return {
      received: (bytes) => {
        watched.bytes += bytes;
        for (const each of this.#open) this.#check(each);
      },
      end: () => {
        if (this.#open.delete(watched)) this.#note(watched);
      },
    };
  }

  #check(watched: Watched): void {
    if (this.#elapsed(watched) < WINDOW_MS) return;
    const others = [...this.#open].filter((each) => each !== watched && this.#elapsed(each) >= SHORTEST_MS);
    const rates = others.map((each) => this.#rate(each));
    const slow = isSlow(this.#rate(watched), [...this.#recent, ...rates]);
    this.#note(watched);
    watched.since = this.#monotonic();
    watched.bytes = 0;
    if (slow && this.#open.delete(watched)) watched.stop();
  }

  #note(watched: Watched): void {
    if (this.#elapsed(watched) < SHORTEST_MS) return;
    this.#recent = [...this.#recent, this.#rate(watched)].slice(-RECENT);
  }

  #rate(watched: Watched): number {
    return (watched.bytes / this.#elapsed(watched)) * 1000;
  }

  #elapsed({ since }: Watched): number {
    return this.#monotonic() - since;
  }
}
