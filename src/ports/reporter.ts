import type { RmaEvent } from '../core/events.ts';

/** Takes the events of long work; one implementation per way of showing them. */
export interface Reporter {
  emit(event: RmaEvent): void;
}
