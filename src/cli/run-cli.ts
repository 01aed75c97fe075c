import { EXIT, type ExitCode, RmaError, toErrorDocument } from '../core/errors.ts';
import type { CommandTable } from './define-command.ts';
import { renderShortHelp } from './help/render-help.ts';
import type { ProcessIo } from './process-io.ts';
import { type Invocation, parseCommandLine } from './program.ts';

/** Runs rma with these arguments and returns its exit code. Never throws. */
export async function runCli(io: ProcessIo, table: CommandTable): Promise<number> {
  try {
    const invocation = parseCommandLine(io.argv, table);
    switch (invocation.kind) {
      case 'text':
        io.stdout.write(invocation.text);
        return EXIT.ok;
      case 'incomplete':
        return await incomplete(io, invocation, table);
      case 'command':
        return await (await import('./run-command.ts')).runCommand(io, invocation, table);
    }
  } catch (error) {
    return await printError(io, error);
  }
}

async function incomplete(
  io: ProcessIo,
  { path, text }: Extract<Invocation, { kind: 'incomplete' }>,
  table: CommandTable,
): Promise<ExitCode> {
  if (wantsJson(io.argv)) {
    const words = path === '' ? 'rma' : `rma ${path}`;
    const message = `missing command after "${words}"`;
    throw new RmaError('RMA_USAGE_NO_COMMAND', message, { exitCode: EXIT.usage, hint: `${words} --help` });
  }
  io.stderr.write(path === '' ? renderShortHelp(table) : text);
  return EXIT.usage;
}

/** Prints an error that occurred before or outside a command, and returns its exit code. */
export async function printError(
  io: Pick<ProcessIo, 'argv' | 'env' | 'stderr' | 'onError'>,
  error: unknown,
): Promise<ExitCode> {
  const { renderError, errorDocument } = await import('./render/error.ts');
  const { createTheme } = await import('./render/theme.ts');
  const debug = io.argv.includes('--debug');
  const theme = createTheme(io.stderr, io.env, {
    color: io.argv.includes('--no-color') ? 'never' : 'auto',
  });
  const text = wantsJson(io.argv)
    ? `${JSON.stringify(errorDocument(error, debug))}\n`
    : renderError(error, theme, debug);
  io.stderr.write(text);
  io.onError?.();
  return toErrorDocument(error).exitCode;
}

/** Returns whether JSON output is requested, even for a command line that cannot be parsed. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const format = words.lastIndexOf('--format');
  return (
    words.includes('--json') ||
    words.includes('--format=json') ||
    (words[format + 1] === 'json' && format >= 0)
  );
}
