import { RmaError } from '../core/errors.ts';
import { COMMAND_TABLE } from './commands.ts';
import type { OutStream } from './process-io.ts';
import { printError, runCli, wantsJson } from './run-cli.ts';
import { abortOnSignals, outputClosed } from './signals.ts';

const { env, stdin, stdout, stderr } = process;
const argv = process.argv.slice(2);

let follows = false;
const stop = abortOnSignals(process, printNotice);

for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // nobody reads (`rma models ls | head -1`): a command that still works stops as by Ctrl-C; others have ended
    if (error.code === 'EPIPE') {
      stop.abort(outputClosed());
      return;
    }
    fail(
      new RmaError('RMA_OUTPUT_UNWRITABLE', `cannot write the output: ${error.code ?? error.message}`, {
        cause: error,
      }),
    );
  });
}
process.on('uncaughtException', fail);
let failing = false;

const exitCode = await runCli(
  {
    argv,
    env,
    cwd: process.cwd(),
    stdin,
    stdout,
    stderr,
    signal: stop.signal,
    onFollow: () => {
      follows = true;
    },
  },
  COMMAND_TABLE,
);
await Promise.all([flushed(stdout), flushed(stderr)]);
// an output error is reported in the background and exits with its own code
if (!failing) process.exit(exitCode);

/** Prints a line about the process itself. The terminal has just shown `^C`; with `--json`, stderr is for the error document. */
function printNotice(line: string): void {
  if (!follows && !wantsJson(argv)) stderr.write(stderr.isTTY ? `\n${line}\n` : `${line}\n`);
}

function fail(error: unknown): void {
  failing = true;
  void printError({ argv, env, stderr }, error).then((code) => process.exit(code));
}

/** Resolves when everything written so far has left the process: pipes are written in the background. */
function flushed(stream: OutStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
