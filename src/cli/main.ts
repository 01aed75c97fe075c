import type { RmaError } from '../core/errors.ts';
import { outputUnwritable } from '../core/output-fault.ts';
import { COMMAND_TABLE } from './commands.ts';
import type { OutStream } from './process-io.ts';
import { printError, runCli, wantsJson } from './run-cli.ts';
import { abortOnSignals, outputClosed } from './signals.ts';

const { env, stdin, stdout, stderr } = process;
const argv = process.argv.slice(2);

let follows = false;
const output: { fault: RmaError | null; isReported: boolean } = { fault: null, isReported: false };
const stop = abortOnSignals(process, printNotice);

for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // nobody reads (`rma models ls | head -1`): a command that still works stops as by Ctrl-C; others have ended
    if (error.code === 'EPIPE') {
      stop.abort(outputClosed());
      return;
    }
    output.fault ??= outputUnwritable(error);
    stop.abort(output.fault);
  });
}
process.on('uncaughtException', fail);
let failing = false;

let exitCode = await runCli(
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
    onError: () => {
      output.isReported = true;
    },
  },
  COMMAND_TABLE,
);
await Promise.all([flushed(stdout), flushed(stderr)]);
// a command that ended before its output failed has not reported it
if (output.fault !== null && !output.isReported)
  exitCode = await printError({ argv, env, stderr }, output.fault);
if (!failing) process.exit(exitCode);

/** Prints a line about the process itself. The terminal has just shown `^C`; with `--json`, stderr is for the error document. */
function printNotice(line: string): void {
  if (!follows && !wantsJson(argv)) stderr.write(stderr.isTTY ? `\n${line}\n` : `${line}\n`);
}

function fail(error: unknown): void {
  failing = true;
  void printError({ argv, env, stderr }, error).then((code) => process.exit(code));
}

/** Resolves when everything written so far has left the process, and its faults are known: pipes are written in the background. */
async function flushed(stream: OutStream): Promise<void> {
  // an empty write fails on a full disk too
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  await new Promise((resolve) => setImmediate(resolve));
}
