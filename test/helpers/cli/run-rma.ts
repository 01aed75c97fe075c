import { PassThrough, Readable } from 'node:stream';
import { COMMAND_TABLE } from '../../../src/cli/commands.ts';
import type { CommandTable } from '../../../src/cli/define-command.ts';
import type { InStream } from '../../../src/cli/process-io.ts';
import { runCli } from '../../../src/cli/run-cli.ts';
import type { FakeTerminal } from './fake-terminal.ts';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** what the user types, instead of `stdin` */
  readonly keys?: InStream;
  readonly signal?: AbortSignal;
  readonly table?: CommandTable;
  /** gets what is written to stdout */
  readonly terminal?: FakeTerminal;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs rma in this process, with the given environment, and no terminal unless one is passed. */
export async function runRma(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exitCode = await runCli(
    {
      argv,
      env: { HOME: '/nonexistent', ...options.env },
      cwd: options.cwd ?? '/',
      stdin: options.keys ?? Readable.from([options.stdin ?? '']),
      stdout: options.terminal ?? stdout,
      stderr,
      signal: options.signal ?? new AbortController().signal,
    },
    options.table ?? COMMAND_TABLE,
  );
  return { exitCode, stdout: takeAll(stdout), stderr: takeAll(stderr) };
}

function takeAll(stream: PassThrough): string {
  const bytes: unknown = stream.read();
  return bytes === null ? '' : String(bytes);
}
