import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Command, CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';

const DOCS: Readonly<Record<string, string>> = { docker: ' (https://docs.docker.com/engine/install/)' };

const TAIL_BYTES = 64 * 1024;

/** Programs of this machine, started without a shell. */
export class LocalRunner implements CommandRunner {
  readonly #env: Readonly<Record<string, string | undefined>>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    this.#env = env;
  }

  async run(command: Command): Promise<CommandOutcome> {
    const deadline = new Deadline(command);
    const child = this.#spawn(command, ['pipe', 'pipe', 'pipe'], deadline.signal);
    child.stdin?.on('error', () => undefined); // a program may end without reading its input
    if (typeof command.stdin !== 'object') child.stdin?.end(command.stdin ?? '');
    const stdout = collect(child.stdout, command.onStdout, Number.POSITIVE_INFINITY);
    const stderr = collect(child.stderr, command.onStderr, TAIL_BYTES);
    try {
      const exitCode = await ended(child, command);
      return { exitCode, stdout: await stdout, stderr: await stderr };
    } catch (error) {
      throw deadline.passed ? timedOut(command) : error;
    } finally {
      deadline.clear();
    }
  }

  async passThrough(command: Pick<Command, 'argv' | 'env' | 'signal'>): Promise<number> {
    return ended(this.#spawn(command, ['inherit', 'inherit', 'inherit'], command.signal), command);
  }

  #spawn(
    command: Pick<Command, 'argv' | 'env'>,
    stdio: ('pipe' | 'inherit')[],
    signal: AbortSignal | undefined,
  ): ChildProcess {
    const [program, ...args] = command.argv;
    const env = { ...this.#env, ...command.env };
    // Ctrl-C on a terminal reaches every program of its group: those that rma captures hear it once, from rma
    const detached = stdio.every((stream) => stream === 'pipe');
    return spawn(program, args, { stdio, env, detached, ...(signal === undefined ? {} : { signal }) });
  }
}

class Deadline {
  passed = false;
  readonly signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(command: Command) {
    if (command.timeoutMs === undefined) {
      this.signal = command.signal;
      return;
    }
    const late = new AbortController();
    this.#timer = setTimeout(() => {
      this.passed = true;
      late.abort();
    }, command.timeoutMs);
    this.signal = command.signal === undefined ? late.signal : AbortSignal.any([command.signal, late.signal]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/** An aborted program is told to end (SIGTERM) and waited for: it may have something to put in order. */
async function ended(child: ChildProcess, command: Pick<Command, 'argv' | 'signal'>): Promise<number> {
  return new Promise((resolve, reject) => {
    let fault: Error | null = null;
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) reject(error.code === 'ENOENT' ? missing(command.argv[0]) : error);
      fault = command.signal?.aborted ? command.signal.reason : error;
    });
    child.once('close', (code, signal) => {
      if (fault === null) resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
      else reject(fault);
    });
  });
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

function missing(program: string): RmaError {
  return new RmaError('RMA_COMMAND_MISSING', `there is no program named "${program}" on this machine`, {
    exitCode: EXIT.notReady,
    hint: `install ${program}${DOCS[program] ?? ''}, or put its folder on PATH`,
  });
}

function timedOut(command: Command): RmaError {
  const seconds = Math.round((command.timeoutMs ?? 0) / 1000);
  return new RmaError(
    'RMA_COMMAND_TIMEOUT',
    `${command.argv.slice(0, 3).join(' ')} did not end within ${seconds} s`,
  );
}
