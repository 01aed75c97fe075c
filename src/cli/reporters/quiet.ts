import type { OutStream } from '../process-io.ts';
import type { Theme } from '../render/theme.ts';
import type { CliReporter } from './cli-reporter.ts';
import { warningText } from './step-text.ts';

/** Returns a reporter of warnings only, on `err`; null: of nothing. */
export function quietReporter(err: OutStream | null, theme: Theme): CliReporter {
  return {
    emit: (event) => {
      if (event.type === 'warning') err?.write(`${warningText(event, theme)}\n`);
    },
    close: () => undefined,
  };
}
