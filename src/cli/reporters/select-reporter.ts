import type { GlobalValues } from '../global-options.ts';
import type { ProcessIo } from '../process-io.ts';
import type { Theme } from '../render/theme.ts';
import type { CliReporter } from './cli-reporter.ts';
import { quietReporter } from './quiet.ts';

/** Loads the reporter for this run. */
export async function selectReporter(
  io: ProcessIo,
  globals: GlobalValues,
  theme: Theme,
): Promise<CliReporter> {
  const { stdout, stderr: err } = io;
  const verbosity = globals.debug ? 2 : globals.verbose;
  switch (progressForm(io, globals)) {
    case 'json':
      return new (await import('./json.ts')).JsonReporter(stdout);
    case 'tty':
      return new (await import('./tty.ts')).TtyReporter({ err, theme, verbosity });
    case 'plain': {
      const now = (): number => performance.now();
      return new (await import('./plain.ts')).PlainReporter({ err, theme, verbosity, now });
    }
    case 'none':
      // with --json, warnings are part of the document
      return quietReporter(globals.json || globals.format === 'json' ? null : err, theme);
  }
}

/** Returns the progress format. With `--json`, stderr is for the error document, so progress is off unless requested. */
function progressForm({ stderr, env }: ProcessIo, globals: GlobalValues): 'tty' | 'plain' | 'json' | 'none' {
  // cursor codes are sent to terminals only, even with --progress tty, and ora never ends on one without a width
  const live = stderr.isTTY === true && stderr.columns !== 0 && env['TERM'] !== 'dumb' ? 'tty' : 'plain';
  if (globals.progress === 'tty') return live;
  if (globals.progress !== 'auto') return globals.progress;
  return globals.quiet || globals.json || globals.format === 'json' ? 'none' : live;
}
