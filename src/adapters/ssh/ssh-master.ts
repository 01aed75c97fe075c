import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { EXIT, RmaError } from '../../core/errors.ts';
import { remoteCommand } from '../../core/remote-words.ts';
import { sshDestination } from '../../core/ssh-address.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import { ByteQueue } from './byte-queue.ts';
import { type MarkedOutput, readMarked } from './marked-output.ts';
import { supervisorWords } from './remote-scripts.ts';
import { connectFault, connectTimeout, hostLost, noShell } from './ssh-fault.ts';
import type { SshTarget } from './ssh-target.ts';

export interface SshLimits {
  /** seconds to connect to one address, and to receive its first answer */
  readonly connectSeconds: number;
  /** milliseconds until the login is complete */
  readonly loginMs: number;
  /** attempts to log in while the server has too many logins at a time */
  readonly logins: number;
  /** seconds between two checks of a silent connection, which is lost after three without an answer */
  readonly aliveSeconds: number;
}

export interface MasterParts {
  readonly target: SshTarget;
  /** runs `ssh` on this machine */
  readonly local: CommandRunner;
  /** path of the control socket */
  readonly socket: string;
  /** begins the mark of every command on this connection */
  readonly mark: string;
  readonly limits: SshLimits;
}

/** What the supervisor of a connection prints first: `uid`, `gid`, `home`, `stateHome`, `hostname`. */
export type RemoteFacts = ReadonlyMap<string, string>;

/** The sessions of a connection that end late, milliseconds: `ssh` waits for them, rma does not. */
const END_MS = 2_000;

/**
 * The `ssh` process that holds a connection for others (`ControlMaster`), and its session with the supervisor. It ends with
 * rma, whatever ends rma, because its input does.
 */
export class SshMaster {
  readonly #parts: MasterParts;
  readonly #input = new ByteQueue();
  readonly #stop = new AbortController();
  readonly #gone = new AbortController();
  readonly #ended: Promise<void>;
  readonly #facts = new Map<string, string>();
  readonly #answers: ((text: string) => void)[] = [];
  #onReady: () => void = () => undefined;
  #isReady = false;
  #before = '';

  constructor(parts: MasterParts) {
    this.#parts = parts;
    this.#ended = this.#run();
  }

  /** aborted when the connection has ended, with the error */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Waits for the login. @throws RmaError RMA_HOST_*, RMA_COMMAND_MISSING (3) without `ssh` */
  async ready(signal: AbortSignal): Promise<RemoteFacts> {
    const { target, limits } = this.#parts;
    const late = connectTimeout(target, limits.loginMs / 1000);
    const timer = setTimeout(() => this.#stop.abort(late), limits.loginMs);
    const stop = () => this.#stop.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      signal.throwIfAborted();
      await this.#unlessGone((resolve) => {
        if (this.#isReady) resolve('');
        else this.#onReady = () => resolve('');
      });
      return this.#facts;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  }

  /** Sends a word to the supervisor, which stops the processes with this mark. */
  stop(mark: string): void {
    this.#input.push(Buffer.from(`${mark}\n`));
  }

  /** Returns the clock of the machine as `date +%s.%N` prints it. */
  async clock(): Promise<string> {
    this.#input.push(Buffer.from('now\n'));
    return this.#unlessGone((resolve) => this.#answers.push(resolve));
  }

  /** Ends the connection. The supervisor stops what still runs on it. */
  async close(): Promise<void> {
    this.#input.end();
    const timer = setTimeout(() => this.#stop.abort(), END_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { local, target } = this.#parts;
    try {
      const outcome = await local.run({
        argv: masterCommand(this.#parts),
        stdin: { bytes: this.#input },
        readStdout: (bytes) => this.#read(bytes),
        signal: this.#stop.signal,
      });
      this.#gone.abort(this.#fault(outcome));
    } catch (error) {
      this.#gone.abort(isMissing(error) ? sshMissing(target) : error);
    }
  }

  async #read(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const output: MarkedOutput = await readMarked(bytes, this.#parts.mark);
    this.#before = output.before;
    if (output.status === null) return;
    for await (const line of createInterface({ input: Readable.from(output.rest) })) this.#onLine(line);
  }

  #onLine(line: string): void {
    const at = line.indexOf('=');
    if (line === 'ready') {
      this.#isReady = true;
      this.#onReady();
    } else if (this.#isReady) {
      this.#answers.shift()?.(line.slice(at + 1));
    } else {
      this.#facts.set(line.slice(0, at), line.slice(at + 1));
    }
  }

  /** Every error of `ssh` itself has the exit code 255. */
  #fault({ exitCode, stderr }: CommandOutcome): RmaError {
    const { target } = this.#parts;
    if (this.#isReady) return hostLost(target, stderr);
    return exitCode === 255 ? connectFault(target, stderr) : noShell(target, `${this.#before}\n${stderr}`);
  }

  async #unlessGone(wait: (resolve: (text: string) => void) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(this.gone.reason);
      if (this.gone.aborted) return fail();
      this.gone.addEventListener('abort', fail, { once: true });
      wait((text) => {
        this.gone.removeEventListener('abort', fail);
        resolve(text);
      });
    });
  }
}

/**
 * Returns the command of the master. The user's configuration applies, except what would ask questions, forward ports, or
 * replace the command.
 */
function masterCommand({ target, socket, mark, limits }: MasterParts): [string, ...string[]] {
  const options = [
    'ControlMaster=yes',
    'ControlPersist=no',
    'BatchMode=yes',
    `ConnectTimeout=${limits.connectSeconds}`,
    `ServerAliveInterval=${limits.aliveSeconds}`,
    'ServerAliveCountMax=3',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'RemoteCommand=none',
    'LogLevel=INFO',
  ];
  const port = target.port === null ? [] : ['-p', String(target.port)];
  return [
    'ssh',
    ...['-T', '-x', '-a', '-S', socket],
    ...options.flatMap((option) => ['-o', option]),
    ...port,
    '--',
    sshDestination(target),
    remoteCommand(supervisorWords(mark)),
  ];
}

function isMissing(error: unknown): boolean {
  return error instanceof RmaError && error.code === 'RMA_COMMAND_MISSING';
}

function sshMissing({ name }: SshTarget): RmaError {
  return new RmaError('RMA_COMMAND_MISSING', `command "ssh" not found: rma needs it for host ${name}`, {
    exitCode: EXIT.notReady,
    hint: 'install the OpenSSH client on this machine: sudo apt-get install openssh-client',
    details: { host: name },
  });
}
