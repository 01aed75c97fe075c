import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Command, CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import { afterMark, type MarkedOutput, readMarked } from './marked-output.ts';
import type { SshConnection } from './ssh-connection.ts';
import { commandMissing, noSessions, noShell } from './ssh-fault.ts';
import type { SshSession } from './ssh-lane.ts';
import { TimeLimit } from './time-limit.ts';
import { NO_BYTES, untilAborted } from './until-aborted.ts';

/** The exit code of `ssh` for its own errors; a program may have it too. */
const OWN_FAULT = 255;
/** Texts of OpenSSH 7.4 to 10.0 (mux.c) for a session that the server refused. */
const REFUSED = /session request failed|Session open refused/i;
/** How long a stopped program may take to end, milliseconds; then its session is closed. */
const END_MS = 10_000;

interface RunnerParts {
  readonly connection: SshConnection;
  /** runs `ssh` on this machine */
  readonly local: CommandRunner;
}

/** The end of a program, or of a session in which none was started. */
interface Attempt extends CommandOutcome, Pick<MarkedOutput, 'status' | 'before'> {}

/** Runs programs on a host, each in a session of its connection. */
export class SshRunner implements CommandRunner {
  readonly #connection: SshConnection;
  readonly #local: CommandRunner;

  constructor({ connection, local }: RunnerParts) {
    this.#connection = connection;
    this.#local = local;
  }

  async run(command: Command): Promise<CommandOutcome> {
    using limit = new TimeLimit(command, this.#connection.target);
    while (true) {
      using session = await this.#connection.session(limit.signal);
      const attempt = await this.#attempt(session, command, limit.signal);
      const { status, before, ...outcome } = attempt;
      if (status !== null) session.lane.accept();
      if (status === 'started' && outcome.exitCode !== OWN_FAULT) return outcome;
      if (status === 'missing') throw commandMissing(this.#connection.target, command.argv[0]);
      const fault = await session.lane.fault();
      if (fault !== null) throw fault;
      if (status === 'started') return outcome;
      this.#requireRefusal(session, attempt);
    }
  }

  async passThrough(command: Parameters<CommandRunner['passThrough']>[0]): Promise<number> {
    using session = await this.#connection.session(command.signal);
    const stop = () => session.lane.stop(session.mark);
    command.signal?.addEventListener('abort', stop, { once: true });
    try {
      return await this.#local.passThrough({ ...command, argv: session.command(command) });
    } finally {
      command.signal?.removeEventListener('abort', stop);
    }
  }

  /** Runs a program once. Aborted, it stops the program and waits for its end, as for a local one. */
  async #attempt(session: SshSession, command: Command, signal: AbortSignal): Promise<Attempt> {
    const { lane, mark } = session;
    const cut = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      lane.stop(mark);
      timer = setTimeout(() => cut.abort(signal.reason), END_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    const output = new CommandOutput(command, mark);
    try {
      const outcome = await this.#local.run({
        argv: session.command(command),
        ...inputOf(command, { start: output.started, signal }),
        ...output.readers(),
        signal: cut.signal,
      });
      signal.throwIfAborted();
      const { status, before, text: stdout } = output;
      return { ...outcome, status, before, stdout, stderr: afterMark(outcome.stderr, mark) };
    } catch (error) {
      lane.stop(mark);
      signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Returns if the server refused the session: then another lane can be tried. */
  #requireRefusal({ lane }: SshSession, { before, stderr }: Attempt): void {
    const { target } = this.#connection;
    if (!REFUSED.test(stderr)) throw noShell(target, `${before}\n${stderr}`);
    if (!lane.shrink()) throw noSessions(target);
  }
}

/** Separates the output of a program from what the login shell printed before it. */
class CommandOutput {
  status: MarkedOutput['status'] = null;
  before = '';
  /** the whole output, unless the caller reads it */
  text = '';
  /** resolves when the program has started */
  readonly started: Promise<void>;
  readonly #command: Command;
  readonly #mark: string;
  #onStart: () => void = () => undefined;

  constructor(command: Command, mark: string) {
    this.#command = command;
    this.#mark = mark;
    this.started = new Promise((resolve) => {
      this.#onStart = resolve;
    });
  }

  readers(): Pick<Command, 'readStdout' | 'onStderr'> {
    const { onStderr } = this.#command;
    return {
      readStdout: (bytes) => this.#readStdout(bytes),
      ...(onStderr && { onStderr: afterMarkLine(this.#mark, onStderr) }),
    };
  }

  async #readStdout(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const { status, before, rest } = await readMarked(bytes, this.#mark);
    this.status = status;
    this.before = before;
    if (status !== 'started') return;
    this.#onStart();
    const { readStdout, onStdout } = this.#command;
    if (readStdout) await readStdout(rest);
    else if (onStdout)
      for await (const line of createInterface({ input: Readable.from(rest) })) onStdout(line);
    else this.text = await collected(rest);
  }
}

/** Returns the input of the local `ssh`. Bytes wait for the program: a refused session must not take any. */
function inputOf(
  { stdin }: Command,
  until: { readonly start: Promise<void>; readonly signal: AbortSignal },
): Pick<Command, 'stdin'> {
  if (stdin === undefined || typeof stdin === 'string') return stdin === undefined ? {} : { stdin };
  // a program in a container may wait for its input before it ends, whatever the signal: it ends with the signal
  return { stdin: { bytes: untilAborted('bytes' in stdin ? stdin.bytes : NO_BYTES, until) } };
}

function afterMarkLine(mark: string, onLine: (line: string) => void): (line: string) => void {
  let isAfter = false;
  return (line) => {
    if (isAfter) onLine(line);
    else isAfter = line.includes(`${mark} `);
  };
}

async function collected(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
