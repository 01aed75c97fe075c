import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Command, CommandOutcome, CommandRunner, TerminalCommand } from '../../ports/command-runner.ts';
import { CommandOutput, inputOf } from './command-output.ts';
import { afterMark, type MarkedOutput } from './marked-output.ts';
import type { SshConnection } from './ssh-connection.ts';
import { commandMissing, noSessions, noShell } from './ssh-fault.ts';
import type { SshSession } from './ssh-lane.ts';
import { TimeLimit } from './time-limit.ts';
import { orAborted } from './until-aborted.ts';

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
  /** the terminal's own output; that of the process by default */
  readonly terminal?: Writable;
}

/** The end of a program, or of a session in which none was started. */
interface Attempt extends CommandOutcome, Pick<MarkedOutput, 'status' | 'before'> {}

/** Runs programs on a host, each in a session of its connection. */
export class SshRunner implements CommandRunner {
  readonly #connection: SshConnection;
  readonly #local: CommandRunner;
  readonly #terminal: Writable;

  constructor({ connection, local, terminal = process.stdout }: RunnerParts) {
    this.#connection = connection;
    this.#local = local;
    this.#terminal = terminal;
  }

  async run(command: Command): Promise<CommandOutcome> {
    const { status, before, ...outcome } = await this.#start(command, async (session, signal) => {
      const output = new CommandOutput(command, session.mark);
      const outcome = await stopping({ session, output, signal }, (cut) =>
        this.#local.run({
          argv: session.command(command),
          ...inputOf(command, { start: output.started, signal }),
          ...output.readers(),
          signal: cut,
        }),
      );
      const { status, before, text: stdout } = output;
      return { ...outcome, status, before, stdout, stderr: afterMark(outcome.stderr, session.mark) };
    });
    return outcome;
  }

  async passThrough(command: TerminalCommand): Promise<number> {
    const { exitCode } = await this.#start(command, async (session, signal) => {
      const readStdout = (bytes: AsyncIterable<Uint8Array>) => copy(bytes, this.#terminal, signal);
      const output = new CommandOutput({ readStdout }, session.mark);
      const exitCode = await stopping({ session, output, signal }, (cut) =>
        this.#local.passThrough({
          argv: session.terminalCommand(command),
          readStdout: output.readers().readStdout,
          signal: cut,
        }),
      );
      const { status, before } = output;
      return { exitCode, status, before, stdout: '', stderr: '' };
    });
    return exitCode;
  }

  /** Runs a program in a session, on another lane if the server refuses one. Returns when the program has ended. */
  async #start(
    command: Command,
    attempt: (session: SshSession, signal: AbortSignal) => Promise<Attempt>,
  ): Promise<Attempt> {
    while (true) {
      using session = await this.#connection.session(command.signal);
      // a program that waits for its session has not begun
      using limit = new TimeLimit(command, this.#connection.target);
      limit.signal.throwIfAborted();
      const result = await attempt(session, limit.signal);
      if (result.status !== null) session.lane.accept();
      if (result.status === 'started' && result.exitCode !== OWN_FAULT) return result;
      if (result.status === 'missing') throw commandMissing(this.#connection.target, command.argv[0]);
      const fault = await session.lane.fault();
      if (fault !== null) throw fault;
      if (result.status === 'started') return result;
      this.#requireRefusal(session, result);
    }
  }

  /** Returns if the server refused the session: then another lane can be tried. */
  #requireRefusal({ lane }: SshSession, { before, stderr, exitCode }: Attempt): void {
    const { target } = this.#connection;
    // a terminal has its errors on its own stream
    const isRefused = stderr === '' ? exitCode === OWN_FAULT : REFUSED.test(stderr);
    if (!isRefused) throw noShell(target, `${before}\n${stderr}`);
    if (!lane.shrink()) throw noSessions(target);
  }
}

interface Running {
  readonly session: SshSession;
  readonly output: CommandOutput;
  readonly signal: AbortSignal;
}

/** Waits for the local `ssh`. Aborted, it stops the program on the host and waits for its end, as for a local one. */
async function stopping<T>(
  { session, output, signal }: Running,
  run: (cut: AbortSignal) => Promise<T>,
): Promise<T> {
  const { lane, mark } = session;
  const cut = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    lane.stop(mark);
    // or as soon as it starts
    void output.started.then(() => lane.stop(mark));
    timer = setTimeout(() => cut.abort(signal.reason), END_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await run(cut.signal);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    lane.stop(mark);
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Writes bytes at the pace of the target. Nobody may read it any more: then the signal ends the wait. */
async function copy(bytes: AsyncIterable<Uint8Array>, target: Writable, signal: AbortSignal): Promise<void> {
  for await (const chunk of bytes) {
    if (!target.write(chunk)) await orAborted(once(target, 'drain'), signal);
  }
}
