import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shellQuote } from '../../core/shell-quote.ts';
import type { Command, CommandOutcome, CommandRunner, TerminalCommand } from '../../ports/command-runner.ts';
import { feed } from './feed.ts';

const DOCS: Readonly<Record<string, string>> = { docker: ' (https://docs.docker.com/engine/install/)' };

const TAIL_BYTES = 64 * 1024;

/** Runs programs of this machine without a shell. */
export class LocalRunner implements CommandRunner {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  async run(command: Command): Promise<CommandOutcome> {
    const deadline = new Deadline(command);
    const child = this.#spawn(command, ['pipe', 'pipe', 'pipe'], deadline.signal);
    child.stdin?.on('error', () => undefined); // a program may exit without reading its input
    // a program in a container may wait for its input before it ends, whatever the signal
    const endInput = () => child.stdin?.destroy();
    deadline.signal.addEventListener('abort', endInput, { once: true });
    // a program may end before its input does
    void deadline.stopOnFault(feed(child.stdin, command.stdin)).catch(() => undefined);
    const onStdout = deadline.guard(command.onStdout);
    const onStderr = deadline.guard(command.onStderr);
    const { readStdout } = command;
    const stdout =
      readStdout === undefined || child.stdout === null
        ? collect(child.stdout, onStdout, Number.POSITIVE_INFINITY)
        : deadline.stopOnFault(readAll(child.stdout, readStdout)).then(() => '');
    stdout.catch(() => undefined);
    const stderr = collect(child.stderr, onStderr, TAIL_BYTES);
    try {
      const exitCode = await exited(child, {
        ...command,
        signal: deadline.signal,
        path: this.#path(command),
      });
      return { exitCode, stdout: await stdout, stderr: await stderr };
    } finally {
      deadline.signal.removeEventListener('abort', endInput);
      deadline.clear();
    }
  }

  async passThrough({ readStdout, ...command }: TerminalCommand): Promise<number> {
    const stdout = readStdout === undefined ? 'inherit' : 'pipe';
    const child = this.#spawn(command, ['inherit', stdout, 'inherit'], command.signal);
    const reading =
      readStdout === undefined || child.stdout === null ? undefined : readAll(child.stdout, readStdout);
    reading?.catch(() => undefined);
    const exitCode = await exited(child, { ...command, path: this.#path(command) });
    await reading;
    return exitCode;
  }

  #path({ env }: Pick<Command, 'env'>): string {
    return { ...this.#env, ...env }['PATH'] ?? '';
  }

  #spawn(
    command: Pick<Command, 'argv' | 'env'>,
    stdio: ('pipe' | 'inherit')[],
    signal: AbortSignal | undefined,
  ): ChildProcess {
    const [program, ...args] = command.argv;
    const env = { ...this.#env, ...command.env };
    // Ctrl-C on a terminal signals its whole process group; captured programs get the signal once, from rma
    const detached = stdio.every((stream) => stream === 'pipe');
    return spawn(program, args, { stdio, env, detached, ...(signal === undefined ? {} : { signal }) });
  }
}

/** Stops a program when the caller aborts, when its timeout has passed, and when a line handler throws. */
class Deadline {
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(command: Command) {
    const { timeoutMs, signal } = command;
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#own.abort(timedOut(command)), timeoutMs);
    }
    this.signal = signal === undefined ? this.#own.signal : AbortSignal.any([signal, this.#own.signal]);
  }

  /** Returns the line handler; once it throws, it receives no more lines and the program is stopped with that error. */
  guard(onLine: ((line: string) => void) | undefined): ((line: string) => void) | undefined {
    if (onLine === undefined) return undefined;
    return (line) => {
      if (this.#own.signal.aborted) return;
      try {
        onLine(line);
      } catch (error) {
        this.#own.abort(error);
      }
    };
  }

  /** Waits for work that runs along with the program. A fault stops the program, which then ends with it. */
  async stopOnFault(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#own.abort(error);
      throw error;
    }
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

interface Started extends Pick<Command, 'argv' | 'signal'> {
  readonly path: string;
}

/** Waits for the exit. An aborted program gets SIGTERM and is waited for, so that it can clean up. */
async function exited(child: ChildProcess, command: Started): Promise<number> {
  return new Promise((resolve, reject) => {
    let fault: Error | null = null;
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) reject(isAbsent(command, error) ? missing(command.argv[0]) : error);
      fault = command.signal?.aborted ? command.signal.reason : error;
    });
    child.once('close', (code, signal) => {
      if (fault === null) resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
      else reject(fault);
    });
  });
}

/** EACCES without a file of that name: a directory has it, or a directory of PATH may not be entered. */
function isAbsent({ argv: [program], path }: Started, { code }: NodeJS.ErrnoException): boolean {
  if (code !== 'EACCES') return code === 'ENOENT';
  const places = path.split(delimiter).map((directory) => join(directory, program));
  return !places.some((place) => existsSync(place) && statSync(place).isFile());
}

async function collect(
  stream: Readable | null,
  onLine: ((line: string) => void) | undefined,
  limit: number,
): Promise<string> {
  if (stream === null) return '';
  let text = '';
  if (onLine === undefined) {
    stream.setEncoding('utf8');
    for await (const chunk of stream) text = (text + chunk).slice(-limit);
    return text;
  }
  for await (const line of createInterface({ input: stream })) {
    onLine(line);
    if (Number.isFinite(limit)) text = `${text}${line}\n`.slice(-limit);
  }
  return text;
}

/** Passes an output to a reader; unread output is dropped, because a program ends only when its output is read. */
async function readAll(stream: Readable, read: Command['readStdout'] & {}): Promise<void> {
  try {
    await read(stream);
  } finally {
    stream.destroy();
  }
}

function missing(program: string): RmaError {
  return new RmaError('RMA_COMMAND_MISSING', `command "${program}" not found`, {
    exitCode: EXIT.notReady,
    hint: `install ${program}${DOCS[program] ?? ''}, or add its directory to PATH`,
  });
}

function timedOut(command: Command): RmaError {
  const seconds = Math.round((command.timeoutMs ?? 0) / 1000);
  return new RmaError(
    'RMA_COMMAND_TIMEOUT',
    `${command.argv.slice(0, 3).join(' ')} timed out after ${seconds} s`,
    { hint: `run it manually to see why: ${command.argv.map(shellQuote).join(' ')}` },
  );
}
