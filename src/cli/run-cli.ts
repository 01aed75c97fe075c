import { EXIT, type ExitCode, RmaError, toErrorDocument } from '../core/errors.ts';
import type { CommandTable } from './define-command.ts';
import { renderShortHelp } from './help/render-help.ts';
import type { CliHost } from './process-io.ts';
import { type Invocation, parseCommandLine } from './program.ts';

/** Runs rma with these arguments and returns its exit code. Never throws. */
export async function runCli(host: CliHost, table: CommandTable): Promise<ExitCode> {
  try {
    const invocation = parseCommandLine(host.argv, table);
    switch (invocation.kind) {
      case 'text':
        host.stdout.write(invocation.text);
        return EXIT.ok;
      case 'incomplete':
        return await incomplete(host, invocation, table);
      case 'command':
        return await (await import('./run-command.ts')).runCommand(host, invocation, table);
    }
  } catch (error) {
    return await printError(host, error);
  }
}

async function incomplete(
  host: CliHost,
  { path, text }: Extract<Invocation, { kind: 'incomplete' }>,
  table: CommandTable,
): Promise<ExitCode> {
  if (wantsJson(host.argv)) {
    const words = path === '' ? 'rma' : `rma ${path}`;
    const message = `${words} needs a command`;
    throw new RmaError('RMA_USAGE_NO_COMMAND', message, { exitCode: EXIT.usage, hint: `${words} --help` });
  }
  host.stderr.write(path === '' ? renderShortHelp(table) : text);
  return EXIT.usage;
}

/** Prints an error that ended rma before or outside a command, and returns its exit code. */
export async function printError(
  host: Pick<CliHost, 'argv' | 'env' | 'stderr'>,
  error: unknown,
): Promise<ExitCode> {
  const { renderError, errorDocument } = await import('./render/error.ts');
  const { createTheme } = await import('./render/theme.ts');
  const debug = host.argv.includes('--debug');
  const theme = createTheme(host.stderr, host.env, host.argv.includes('--no-color') ? 'never' : 'auto');
  const text = wantsJson(host.argv)
    ? `${JSON.stringify(errorDocument(error, debug))}\n`
    : renderError(error, theme, debug);
  host.stderr.write(text);
  return toErrorDocument(error).exitCode;
}

/** Read from the words themselves: it holds also for a command line that cannot be understood. */
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
