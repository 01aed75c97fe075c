import type { ContainerFacts } from '../../core/domain/container.ts';
import type { WorkerStatus } from '../../core/domain/worker-status.ts';
import { RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import { readWorkerStatus } from '../../core/worker/read-worker-status.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { throwIfFailed } from '../observe/worker-status.ts';
import type { ContainerWatch } from './container-watch.ts';

const FOLLOW = ['rma-worker', 'status', '--json', '--follow', '--while-stdin'] as const;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;
/** attempts in a row that bring no status; in each the worker has ten seconds to start */
const SILENT_ATTEMPTS = 12;

export interface StreamParts {
  readonly host: Pick<Host, 'engine' | 'docker'>;
  readonly invocation: Pick<Invocation, 'clock' | 'reporter'>;
  readonly containers: ContainerWatch;
  readonly service: string;
}

interface Waiter {
  readonly reached: (status: WorkerStatus) => boolean;
  readonly resolve: (status: WorkerStatus) => void;
  readonly reject: (error: unknown) => void;
}

/** Follows the status of one worker, over restarts of its container, as long as a caller waits for it. */
export class WorkerStream {
  readonly #parts: StreamParts;
  readonly #waiters = new Set<Waiter>();
  /** of the container that is followed now */
  #latest: WorkerStatus | null = null;
  /** aborted when no caller waits any more; null if not following */
  #unused: AbortController | null = null;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** Returns the first status that `reached` accepts. @throws RmaError as WorkerStreams.until */
  async until(reached: Waiter['reached'], signal: AbortSignal): Promise<WorkerStatus> {
    signal.throwIfAborted();
    if (this.#latest !== null && reached(this.#latest)) return this.#latest;
    const leave = new AbortController();
    try {
      return await new Promise((resolve, reject) => {
        const waiter: Waiter = { reached, resolve, reject };
        this.#waiters.add(waiter);
        const remove = () => this.#remove(waiter);
        signal.addEventListener('abort', () => reject(signal.reason), { signal: leave.signal });
        leave.signal.addEventListener('abort', remove, { once: true });
        if (this.#unused === null) void this.#follow();
      });
    } finally {
      leave.abort();
    }
  }

  #remove(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    if (this.#waiters.size === 0) this.#unused?.abort();
  }

  async #follow(): Promise<void> {
    const unused = new AbortController();
    this.#unused = unused;
    try {
      await this.#followOverRestarts(unused.signal);
    } catch (error) {
      if (!unused.signal.aborted) for (const { reject } of this.#waiters) reject(error);
    }
    this.#unused = null;
    // a new caller may have arrived after the last one left
    if (unused.signal.aborted && this.#waiters.size > 0) void this.#follow();
  }

  async #followOverRestarts(signal: AbortSignal): Promise<never> {
    const { clock } = this.#parts.invocation;
    for (let silent = 0; ; silent++) {
      const container = await this.#container(signal);
      if (silent >= SILENT_ATTEMPTS) throw await this.#stopped(container);
      if (await this.#followOnce(container.id, signal)) silent = 0;
      signal.throwIfAborted();
      await this.#parts.containers.refresh();
      const now = await this.#container(signal);
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** silent, LONGEST_PAUSE_MS);
      // after a restart the new process is followed immediately
      if (now.startedAt === container.startedAt) await clock.sleep(pause, signal);
    }
  }

  /** Returns whether a status came. */
  async #followOnce(container: string, signal: AbortSignal): Promise<boolean> {
    let came = false;
    const onStdout = (line: string): void => {
      came = true;
      this.#offer(line);
    };
    try {
      await this.#parts.host.docker.exec(container, FOLLOW, { onStdout, signal, openStdin: true });
    } finally {
      this.#latest = null;
    }
    return came;
  }

  #offer(line: string): void {
    if (this.#waiters.size === 0) return;
    try {
      const status = readWorkerStatus(line);
      this.#latest = status;
      this.#parts.invocation.reporter.emit({ type: 'worker', status });
      throwIfFailed(status);
      for (const { reached, resolve } of this.#waiters) if (reached(status)) resolve(status);
    } catch (error) {
      for (const { reject } of this.#waiters) reject(error);
    }
  }

  /** Waits until the container is running. @throws RmaError RMA_WORKER_STOPPED exit 1 if it exited */
  async #container(signal: AbortSignal): Promise<ContainerFacts> {
    const { containers, service } = this.#parts;
    const container = await containers.waitFor((all) => {
      const own = all.find((each) => each.service === service);
      if (own === undefined) return 'missing';
      return own.state === 'running' || own.state === 'exited' || own.state === 'dead' ? own : null;
    }, signal);
    if (container === 'missing' || container.state !== 'running') {
      throw await this.#stopped(container === 'missing' ? null : container);
    }
    return container;
  }

  async #stopped(container: ContainerFacts | null): Promise<RmaError> {
    const { host, service } = this.#parts;
    const log = container === null ? [] : await host.engine.logTail(container.id, 5);
    const last = log.at(-1);
    const what = container?.state === 'running' ? 'does not respond' : 'is not running';
    return new RmaError(
      'RMA_WORKER_STOPPED',
      `worker ${service} ${what}${last === undefined ? '' : `; last log line: ${last}`}`,
      { hint: shell`check its log: rma logs ${service}`, details: { log } },
    );
  }
}
