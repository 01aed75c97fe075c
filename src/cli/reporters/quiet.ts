import type { CliReporter } from './cli-reporter.ts';

/** Tells nothing while work runs. */
export const quietReporter: CliReporter = {
  emit: () => undefined,
  close: () => undefined,
};
