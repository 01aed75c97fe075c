import { setMaxListeners } from 'node:events';
import { EXIT, type ExitCode, RmaError } from '../core/errors.ts';

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

const RESUME_HINT = 'completed work and downloaded data are kept; run the same command again to continue';

/** The part of the process that signal handling needs. */
export interface SignalSource {
  on(signal: keyof typeof EXIT_CODES, listener: () => void): unknown;
  exit(code: ExitCode): void;
}

/**
 * Returns a controller that the first SIGINT or SIGTERM aborts. If it is aborted, with its own reason or by a signal, the next
 * signal exits immediately.
 */
export function abortOnSignals(source: SignalSource, print: (line: string) => void): AbortController {
  const controller = new AbortController();
  // all concurrent work listens to this signal; Node warns of a leak above ten listeners
  setMaxListeners(0, controller.signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    source.on(name, () => {
      const exitCode = EXIT_CODES[name];
      if (controller.signal.aborted) {
        source.exit(exitCode);
        return;
      }
      print('stopping gracefully; press Ctrl-C or send the signal again to force');
      const code = name === 'SIGINT' ? 'RMA_INTERRUPTED' : 'RMA_TERMINATED';
      controller.abort(new RmaError(code, `interrupted by ${name}`, { exitCode, hint: RESUME_HINT }));
    });
  }
  return controller;
}

/** Returns the error of a command whose output was closed: RMA_OUTPUT_CLOSED (1). */
export function outputClosed(): RmaError {
  return new RmaError('RMA_OUTPUT_CLOSED', 'stopped: the reader of the output exited', { hint: RESUME_HINT });
}
