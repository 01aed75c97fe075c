import type { DownloadWindow } from '../../../core/domain/download-limits.ts';
import { windowState, windowText } from '../../../core/network/download-window.ts';
import { formatDuration } from '../../../core/units.ts';
import type { Clock } from '../../../ports/clock.ts';

/** Longest sleep: the clocks may change meanwhile, or the machine may be suspended. */
const SLICE_MS = 60_000;

/** Holds back downloads outside of the window. */
export class WindowGate {
  readonly #clock: Clock;
  readonly #window: DownloadWindow | null;

  /** @param window null: always open */
  constructor(clock: Clock, window: DownloadWindow | null) {
    this.#clock = clock;
    this.#window = window;
  }

  get isOpen(): boolean {
    return this.#window === null || this.#closedMs(this.#window) === 0;
  }

  /** Waits until the window is open, and reports that about once a minute. Rejects with the signal's reason if aborted. */
  async pass(onWait: (reason: string) => void, signal: AbortSignal): Promise<void> {
    if (this.#window === null) return;
    for (;;) {
      const left = this.#closedMs(this.#window);
      if (left === 0) return;
      const opens = formatDuration(Math.ceil(left / 60_000) * 60);
      onWait(
        `outside the download window ${windowText(this.#window)}, which opens in ${opens}; --window always downloads now`,
      );
      await this.#clock.sleep(Math.min(left, SLICE_MS), signal);
    }
  }

  #closedMs(window: DownloadWindow): number {
    return windowState(window, timeOfDay(this.#clock.now())).closedMs;
  }
}

/** Returns the time of day in the time zone of this process, ms. */
function timeOfDay(now: number): number {
  const date = new Date(now);
  return (
    ((date.getHours() * 60 + date.getMinutes()) * 60 + date.getSeconds()) * 1000 + date.getMilliseconds()
  );
}
