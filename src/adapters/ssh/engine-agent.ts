import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import { EXIT, RmaError } from '../../core/errors.ts';
import { lastLine, shortened } from '../../core/last-line.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';
import { EngineSocket } from './engine-socket.ts';
import { type SshTarget, sshWords } from './ssh-target.ts';

/** Containers stop all at once, each in a request that waits for it. */
const SOCKETS = 32;
/** Connections that are kept for later requests: half of the sessions of a lane. */
const IDLE_SOCKETS = 4;

/** Node's HTTP agent for the engine of a host: its sockets are sessions of the ssh connection. */
export class EngineAgent extends Agent {
  readonly #runner: Pick<CommandRunner, 'run'>;
  readonly #target: SshTarget;
  #fault: RmaError | null = null;

  constructor(runner: Pick<CommandRunner, 'run'>, target: SshTarget) {
    super({ keepAlive: true, maxSockets: SOCKETS, maxFreeSockets: IDLE_SOCKETS });
    this.#runner = runner;
    this.#target = target;
  }

  /** why its last connection ended; null: it did not fail */
  get fault(): RmaError | null {
    return this.#fault;
  }

  override createConnection(): Duplex {
    const socket = new EngineSocket({
      runner: this.#runner,
      failed: (outcome) => engineFault(this.#target, outcome),
    });
    this.#fault = null;
    socket.once('error', (error) => {
      if (error instanceof RmaError) this.#fault = error;
    });
    return socket;
  }
}

/** Text of the Docker CLI 20.10 to 29, which has one exit code for all errors. */
const DENIED = /permission denied/i;

function engineFault(target: SshTarget, { stderr, exitCode }: CommandOutcome): RmaError {
  if (DENIED.test(stderr)) return denied(target);
  const why = shortened(lastLine(stderr) ?? `exit code ${exitCode}`);
  return new RmaError(
    'RMA_DOCKER_UNREACHABLE',
    `cannot connect to the Docker Engine of host ${target.name}: ${why}`,
    {
      exitCode: EXIT.notReady,
      hint: `start it there: ssh ${sshWords(target)} sudo systemctl start docker; docs: https://docs.docker.com/engine/install/`,
      details: { host: target.name },
    },
  );
}

function denied(target: SshTarget): RmaError {
  return new RmaError(
    'RMA_DOCKER_DENIED',
    `permission denied while connecting to the Docker Engine of host ${target.name}`,
    {
      exitCode: EXIT.notReady,
      hint: 'add the user to the docker group there, then run the command again: sudo usermod -aG docker "$USER"',
      details: { host: target.name },
    },
  );
}
