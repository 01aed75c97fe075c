import type { Clock } from '../../ports/clock.ts';

/** The parts of the process for commands of `rma-worker`. */
export interface Invocation {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** aborted by SIGTERM and SIGINT */
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
  /** prints to stderr */
  readonly note: (text: string) => void;
  readonly readStdin: () => Promise<string>;
}
