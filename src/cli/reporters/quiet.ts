import type { CliReporter } from './cli-reporter.ts';

/** Reports nothing. */
export const quietReporter: CliReporter = {
  emit: () => undefined,
  close: () => undefined,
};
