import type { Reporter } from '../../ports/reporter.ts';
import type { JsonDocument } from '../define-command.ts';

/** How a command ended. */
export interface Outcome {
  readonly exitCode: number;
  /** the result, or the error document */
  readonly document: JsonDocument;
}

/** A reporter with an end: `close` leaves the terminal clean, whatever happened. Called once. */
export interface CliReporter extends Reporter {
  close(outcome: Outcome): void;
}
