import type { Clock } from '../../ports/clock.ts';

/** What a command of `rma-worker` is given of its process. */
export interface Invocation {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** aborted by SIGTERM and SIGINT */
  readonly stop: AbortSignal;
  readonly print: (text: string) => void;
  readonly readStdin: () => Promise<string>;
}
