import type { Reporter } from '../../ports/reporter.ts';
import type { JsonDocument } from '../define-command.ts';

/** The outcome of a command. */
export interface Outcome {
  readonly exitCode: number;
  /** the result, or the error document */
  readonly document: JsonDocument;
}

/** A reporter that is closed once at the end; `close` restores the terminal. */
export interface CliReporter extends Reporter {
  close(outcome: Outcome): void;
}
