import { RmaError } from '../../core/errors.ts';
import type { CommandOutcome, CommandRunner } from '../../ports/command-runner.ts';

/** The outcome of one call of nvidia-smi. */
export type SmiAnswer =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly text: string; readonly output: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'hung' }
  | { readonly kind: 'not-started'; readonly reason: string };

interface SessionParts {
  readonly runner: Pick<CommandRunner, 'run'>;
  /** names or paths of the program, in the order they are tried */
  readonly programs: readonly string[];
  /** shared by all calls */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Calls of nvidia-smi under one deadline. A process that ignores SIGTERM is abandoned. */
export class SmiSession implements Disposable {
  readonly #parts: SessionParts;
  readonly #late = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #programs: readonly string[];

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#programs = parts.programs;
    this.#timer = setTimeout(() => this.#late.abort(), parts.deadlineMs);
  }

  /** @throws the reason of the caller's signal if it is aborted, and the error of a host that is not reached */
  async query(...args: readonly string[]): Promise<SmiAnswer> {
    for (const program of this.#programs) {
      const answer = await this.#run(program, args);
      if (answer.kind === 'missing') continue;
      this.#programs = [program];
      return answer;
    }
    return { kind: 'missing' };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  async #run(program: string, args: readonly string[]): Promise<SmiAnswer> {
    const { runner, signal } = this.#parts;
    signal.throwIfAborted();
    if (this.#late.signal.aborted) return { kind: 'hung' };
    const either = AbortSignal.any([signal, this.#late.signal]);
    try {
      const run = runner.run({ argv: [program, ...args], env: PLAIN, signal: either });
      const { exitCode, stdout, stderr } = await orAborted(run, either);
      return { kind: 'exited', exitCode, text: stdout, output: stdout + stderr };
    } catch (error) {
      signal.throwIfAborted();
      if (this.#late.signal.aborted) return { kind: 'hung' };
      if (error instanceof RmaError) {
        if (error.code === 'RMA_COMMAND_MISSING') return { kind: 'missing' };
        // the connection to the host: nothing is known about its GPUs
        throw error;
      }
      const { code, message } = error as NodeJS.ErrnoException;
      return { kind: 'not-started', reason: code ?? message };
    }
  }
}

/** Keeps numbers and texts independent of the user's locale. */
const PLAIN = { LC_ALL: 'C' };

/** Stops waiting on abort: the runner waits for the exit, but a process blocked in the kernel ignores signals. */
async function orAborted(run: Promise<CommandOutcome>, signal: AbortSignal): Promise<CommandOutcome> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([run, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    run.catch(() => undefined);
  }
}
