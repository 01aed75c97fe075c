import type { ContainerFacts } from '../../core/domain/container.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectContainers } from '../observe/project-containers.ts';
import { oneAtATime } from './one-at-a-time.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** attempts in a row to reach an engine that went away: about two minutes */
const ATTEMPTS = 30;

/**
 * The containers of one project, kept current from the engine's changes while something waits for them. Survives a restart
 * of the engine.
 */
export class ContainerWatch {
  readonly #host: Pick<Host, 'engine'>;
  readonly #clock: Invocation['clock'];
  readonly #project: string;
  readonly #containers = new Map<string, ContainerFacts>();
  readonly #listeners = new Set<() => void>();
  readonly #closed = new AbortController();
  /** reads and changes are applied in the order of their start */
  readonly #inTurn = oneAtATime();
  #started: Promise<void> | null = null;
  #failure: unknown = null;

  constructor(host: Pick<Host, 'engine'>, { clock }: Pick<Invocation, 'clock'>, project: string) {
    this.#host = host;
    this.#clock = clock;
    this.#project = project;
  }

  /**
   * Returns the first result of `find` that is not null, now or after a change.
   * @throws the signal's reason; RmaError RMA_DOCKER_UNREACHABLE (3) when the engine does not come back
   */
  async waitFor<T>(
    find: (containers: readonly ContainerFacts[]) => T | null,
    signal: AbortSignal,
  ): Promise<T> {
    this.#started ??= this.#start();
    await this.#started;
    for (;;) {
      signal.throwIfAborted();
      if (this.#failure !== null) throw this.#failure;
      const found = find([...this.#containers.values()]);
      if (found !== null) return found;
      await this.#nextChange(signal);
    }
  }

  /** Returns the containers as they are now. @throws as waitFor */
  async current(signal: AbortSignal): Promise<readonly ContainerFacts[]> {
    return this.waitFor((containers) => containers, signal);
  }

  /** Reads the containers again, if something has waited for them: afterwards the changes made so far are visible. */
  async refresh(): Promise<void> {
    if (this.#started === null) return;
    await this.#started;
    await this.#readAll();
  }

  close(): void {
    this.#closed.abort();
  }

  async #start(): Promise<void> {
    const changes = await this.#subscribe();
    void this.#follow(changes);
  }

  /** Subscribes first, so that no change between the list and the subscription is missed. */
  async #subscribe(): Promise<AsyncIterable<string>> {
    const changes = await this.#host.engine.changes(this.#project, this.#closed.signal);
    await this.#readAll();
    return changes;
  }

  async #follow(first: AsyncIterable<string>): Promise<void> {
    try {
      for (let changes = first; ; changes = await this.#reconnect()) await this.#apply(changes);
    } catch (error) {
      this.#failure = error;
      this.#notify();
    }
  }

  /** Applies changes until the connection to the engine is closed. */
  async #apply(changes: AsyncIterable<string>): Promise<void> {
    try {
      for await (const id of changes) await this.#read(id);
    } catch {
      // the next attempt to connect shows whether the engine comes back
    }
  }

  async #reconnect(): Promise<AsyncIterable<string>> {
    for (let attempt = 0; ; attempt++) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
      await this.#clock.sleep(pause, this.#closed.signal);
      try {
        return await this.#subscribe();
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
      }
    }
  }

  async #readAll(): Promise<void> {
    await this.#inTurn(async () => {
      const found = await projectContainers(this.#host, this.#project);
      this.#containers.clear();
      for (const container of found) this.#containers.set(container.id, container);
    });
    this.#notify();
  }

  async #read(id: string): Promise<void> {
    await this.#inTurn(async () => {
      const container = await this.#host.engine.container(id);
      if (container === null) this.#containers.delete(id);
      else this.#containers.set(id, container);
    });
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #nextChange(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#listeners.add(done);
      signal.addEventListener('abort', done);
    });
  }
}
