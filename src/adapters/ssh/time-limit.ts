import { RmaError } from '../../core/errors.ts';
import { remoteCommand } from '../../core/remote-words.ts';
import { shellQuote } from '../../core/shell-quote.ts';
import type { Command } from '../../ports/command-runner.ts';
import { type SshTarget, sshWords } from './ssh-target.ts';

/** The time of one remote command: until the caller aborts, or its timeout has passed. */
export class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(command: Command, target: SshTarget) {
    const own = new AbortController();
    const { timeoutMs, signal } = command;
    if (timeoutMs !== undefined) {
      this.#timer = setTimeout(() => own.abort(timedOut(command, target)), timeoutMs);
    }
    this.signal = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

function timedOut({ argv, timeoutMs = 0 }: Command, target: SshTarget): RmaError {
  const seconds = Math.round(timeoutMs / 1000);
  return new RmaError(
    'RMA_COMMAND_TIMEOUT',
    `${argv.slice(0, 3).join(' ')} on host ${target.name} timed out after ${seconds} s`,
    {
      hint: `run it manually to see why: ssh ${sshWords(target)} ${shellQuote(remoteCommand(argv))}`,
      details: { host: target.name },
    },
  );
}
