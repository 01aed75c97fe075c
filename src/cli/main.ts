import { EXIT } from '../core/errors.ts';
import { COMMAND_TABLE } from './commands.ts';
import type { OutStream } from './host.ts';
import { runCli } from './run-cli.ts';
import { abortOnSignals } from './signals.ts';

const { stdin, stdout, stderr } = process;

// a reader that went away (`rma models ls | head -1`) is no fault
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
  });
}

const exitCode = await runCli(
  {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdin,
    stdout,
    stderr,
    signal: abortOnSignals(process, (line) => stderr.write(`${line}\n`)),
  },
  COMMAND_TABLE,
);
await Promise.all([flushed(stdout), flushed(stderr)]);
process.exit(exitCode);

/** Resolves when everything written so far has left the process: pipes are written in the background. */
function flushed(stream: OutStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
