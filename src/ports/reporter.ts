import type { RmaEvent } from '../core/events.ts';

/** Shows the progress of a command. */
export interface Reporter {
  emit(event: RmaEvent): void;
}
