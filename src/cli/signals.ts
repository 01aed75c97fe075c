import { setMaxListeners } from 'node:events';
import { EXIT, type ExitCode, RmaError } from '../core/errors.ts';

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

const GO_ON = 'what was done and fetched is kept: run the same command again to go on';

/** The process, as far as signals need it. */
export interface SignalSource {
  on(signal: keyof typeof EXIT_CODES, listener: () => void): unknown;
  exit(code: ExitCode): void;
}

/** A signal that aborts at the first SIGINT or SIGTERM; the second one exits at once. */
export function abortOnSignals(source: SignalSource, tell: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  // everything that goes on at once listens to this one signal; Node would warn of a leak from eleven on
  setMaxListeners(0, controller.signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    source.on(name, () => {
      const exitCode = EXIT_CODES[name];
      if (controller.signal.aborted) {
        source.exit(exitCode);
        return;
      }
      tell('stopping; once more to stop at once');
      const code = name === 'SIGINT' ? 'RMA_INTERRUPTED' : 'RMA_TERMINATED';
      controller.abort(new RmaError(code, `stopped by ${name}`, { exitCode, hint: GO_ON }));
    });
  }
  return controller.signal;
}
