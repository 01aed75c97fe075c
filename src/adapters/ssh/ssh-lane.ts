import { remoteCommand } from '../../core/remote-words.ts';
import { sshDestination } from '../../core/ssh-address.ts';
import type { TerminalCommand } from '../../ports/command-runner.ts';
import { commandWords, type RemoteProgram, terminalWords } from './remote-scripts.ts';
import { hostLost } from './ssh-fault.ts';
import { type MasterParts, type RemoteFacts, SshMaster } from './ssh-master.ts';
import { whenAborted, withDeadline } from './until-aborted.ts';

/** A server allows 10 sessions on a connection (MaxSessions of sshd_config): one is the supervisor's, one is spare. */
const SESSIONS = 8;

/** How long a master may take to end after its sessions, milliseconds. */
const END_MS = 2_000;

/** One connection to a host, and the sessions on it. */
export class SshLane {
  readonly facts: RemoteFacts;
  readonly #parts: MasterParts;
  readonly #master: SshMaster;
  #capacity = SESSIONS;
  #open = 0;
  #count = 0;
  #hasRun = false;
  #waiting: (() => void)[] = [];

  private constructor(parts: MasterParts, { master, facts }: { master: SshMaster; facts: RemoteFacts }) {
    this.#parts = parts;
    this.#master = master;
    this.facts = facts;
  }

  /** Connects. @throws RmaError RMA_HOST_* */
  static async open(parts: MasterParts, signal: AbortSignal): Promise<SshLane> {
    const master = new SshMaster(parts);
    return new SshLane(parts, { master, facts: await master.ready(signal) });
  }

  /** aborted when the connection has ended, with the error */
  get gone(): AbortSignal {
    return this.#master.gone;
  }

  get hasRoom(): boolean {
    return this.#open < this.#capacity && !this.gone.aborted;
  }

  /** Opens a session. The caller releases it. */
  take(): SshSession {
    this.#open += 1;
    this.#count += 1;
    return new SshSession(this, `${this.#parts.mark}.${this.#count}.`);
  }

  /** Records that the server accepted a session. */
  accept(): void {
    this.#hasRun = true;
  }

  /** Frees the place of a session that ended. */
  release(): void {
    this.#open -= 1;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when the next session ends; at once if none is open. */
  async released(): Promise<void> {
    if (this.#open > 0) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
  }

  /** Returns the options of an `ssh` that uses this connection, and never opens one of its own. */
  client(): readonly string[] {
    // the user's configuration applies to the master only
    const options = ['ControlMaster=no', 'ProxyCommand=false', 'BatchMode=yes', 'LogLevel=ERROR'];
    return ['-F', '/dev/null', '-S', this.#parts.socket, ...options.flatMap((option) => ['-o', option])];
  }

  get destination(): string {
    return sshDestination(this.#parts.target);
  }

  /** Stops the processes with this mark on the machine. */
  stop(mark: string): void {
    this.#master.stop(mark);
  }

  /**
   * Returns the error of a connection that has ended; null while it works. A session may have ended with it, and its exit
   * code does not show it.
   */
  async fault(): Promise<unknown> {
    const { local, limits, target } = this.#parts;
    const argv = ['ssh', ...this.client(), '-O', 'check', '--', this.destination] as const;
    const isOpen =
      !this.gone.aborted && (await local.run({ argv, timeoutMs: limits.loginMs })).exitCode === 0;
    if (isOpen && !this.gone.aborted) return null;
    // the master ends right after its sessions, with the reason
    await withDeadline(whenAborted(this.gone), END_MS);
    return this.gone.aborted ? this.gone.reason : hostLost(target, '');
  }

  /** Lowers the number of sessions after the server refused one. Returns whether it allows any. */
  shrink(): boolean {
    this.#capacity = Math.max(1, Math.min(this.#capacity, this.#open) - 1);
    return this.#open > 1 || this.#hasRun;
  }

  /** Returns the clock of the machine as `date +%s.%N` prints it. */
  clock(): Promise<string> {
    return this.#master.clock();
  }

  /** Ends the connection and the programs that still run on it. */
  close(): Promise<void> {
    return this.#master.close();
  }
}

/** A session of a lane: one program at a time. */
export class SshSession implements Disposable {
  readonly lane: SshLane;
  readonly mark: string;

  constructor(lane: SshLane, mark: string) {
    this.lane = lane;
    this.mark = mark;
  }

  /** Returns the `ssh` command on this machine that runs the program on the other. */
  command(command: RemoteProgram): [string, ...string[]] {
    return this.#ssh('-T', commandWords(this.mark, command));
  }

  /** Returns the command for a program on the terminal's own streams: its errors reach the terminal as they are. */
  terminalCommand(command: TerminalCommand): [string, ...string[]] {
    return this.#ssh(command.tty === true ? '-tt' : '-T', terminalWords(this.mark, command));
  }

  #ssh(mode: string, words: readonly string[]): [string, ...string[]] {
    return ['ssh', ...this.lane.client(), mode, '--', this.lane.destination, remoteCommand(words)];
  }

  [Symbol.dispose](): void {
    this.lane.release();
  }
}
