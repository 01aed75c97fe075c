/** A node of the graph. */
export interface GraphNode {
  readonly id: string;
  readonly after: readonly string[];
}

export interface GroupWalk<O extends GraphNode> {
  /** a failure stops the group of its operation and what follows it, and nothing else */
  readonly groupOf: (operation: O) => string;
  /** most groups with running operations at the same time */
  readonly maxGroups: number;
  /** operations of a group that are ready at the same time and share this key run as one batch */
  readonly batchOf: (operation: O) => string;
  /** runs one batch; the signal is aborted as soon as another batch of the group fails */
  readonly run: (batch: readonly O[], signal: AbortSignal) => Promise<void>;
  /** for an operation that undoes an earlier one: the id of that one. It runs after a failure too, when that one has run */
  readonly undoes: (operation: O) => string | null;
  readonly signal: AbortSignal;
}

export interface GroupsEnd<O extends GraphNode> {
  /** group → its first failure */
  readonly failures: ReadonlyMap<string, unknown>;
  /** ids of the operations that completed */
  readonly complete: ReadonlySet<string>;
  /** those that follow a failure, or share the group of one */
  readonly notRun: readonly O[];
}

/**
 * Runs each operation as soon as those it follows are complete, independent ones in parallel. After a failure nothing new of its
 * group starts, nor what follows, but what undoes an operation that has run. Ends when everything that runs has ended.
 * @throws the signal's reason
 */
export async function walkGroups<O extends GraphNode>(
  operations: readonly O[],
  walk: GroupWalk<O>,
): Promise<GroupsEnd<O>> {
  const ids = new Set(operations.map(({ id }) => id));
  if (operations.some(({ after }) => after.some((id) => !ids.has(id))))
    throw new Error('some operations of the plan follow operations that do not exist');
  return new Walker(operations, walk).walk();
}

class Walker<O extends GraphNode> {
  readonly #walk: GroupWalk<O>;
  readonly #waiting: Set<O>;
  readonly #complete = new Set<string>();
  readonly #failed = new Set<string>();
  /** batch → its group */
  readonly #running = new Map<Promise<void>, string>();
  readonly #stops = new Map<string, AbortController>();
  readonly #failures = new Map<string, unknown>();

  constructor(operations: readonly O[], walk: GroupWalk<O>) {
    this.#walk = walk;
    this.#waiting = new Set(operations);
  }

  async walk(): Promise<GroupsEnd<O>> {
    for (;;) {
      this.#startReady();
      this.#startUndoing();
      if (this.#running.size === 0) break;
      await Promise.race(this.#running.keys());
    }
    this.#walk.signal.throwIfAborted();
    const notRun = [...this.#waiting];
    if (notRun.length > 0 && this.#failures.size === 0)
      throw new Error('some operations of the plan follow each other in a circle');
    return { failures: this.#failures, complete: this.#complete, notRun };
  }

  #startReady(): void {
    if (this.#walk.signal.aborted) return;
    const active = new Set(this.#running.values());
    for (const [group, batch] of this.#readyBatches()) {
      if (!active.has(group) && active.size >= this.#walk.maxGroups) continue;
      active.add(group);
      const stop = this.#stopOf(group);
      this.#start(group, batch, AbortSignal.any([this.#walk.signal, stop.signal]));
    }
  }

  #readyBatches(): readonly (readonly [group: string, batch: readonly O[]])[] {
    const { groupOf, batchOf } = this.#walk;
    const batches = new Map<string, readonly [string, O[]]>();
    for (const operation of this.#waiting) {
      const group = groupOf(operation);
      const isReady = operation.after.every((id) => this.#complete.has(id));
      if (!isReady || this.#failures.has(group)) continue;
      const key = `${group}\n${batchOf(operation)}`;
      const [, batch] = batches.get(key) ?? [group, []];
      batches.set(key, [group, [...batch, operation]]);
    }
    return [...batches.values()];
  }

  /** Undoes what has run of groups of which nothing runs and nothing can start any more. */
  #startUndoing(): void {
    const { signal, groupOf, undoes } = this.#walk;
    if (!signal.aborted && this.#failures.size === 0) return;
    const active = new Set(this.#running.values());
    const stopped = this.#stoppedOperations();
    for (const operation of this.#waiting) if (!stopped.has(operation)) active.add(groupOf(operation));
    for (const operation of [...stopped]) {
      const group = groupOf(operation);
      if (active.has(group) || !this.#complete.has(undoes(operation) ?? '')) continue;
      this.#start(group, [operation], new AbortController().signal);
    }
  }

  /** Returns the operations that cannot start any more. */
  #stoppedOperations(): ReadonlySet<O> {
    if (this.#walk.signal.aborted) return new Set(this.#waiting);
    const stopped = new Set<O>();
    const ids = new Set(this.#failed);
    for (let before = -1; before < stopped.size; ) {
      before = stopped.size;
      for (const operation of this.#waiting) {
        const isStopped = this.#failures.has(this.#walk.groupOf(operation));
        if (!isStopped && !operation.after.some((id) => ids.has(id))) continue;
        stopped.add(operation);
        ids.add(operation.id);
      }
    }
    return stopped;
  }

  #start(group: string, batch: readonly O[], signal: AbortSignal): void {
    const end = this.#runBatch(group, batch, signal).finally(() => this.#running.delete(end));
    this.#running.set(end, group);
  }

  async #runBatch(group: string, batch: readonly O[], signal: AbortSignal): Promise<void> {
    for (const operation of batch) this.#waiting.delete(operation);
    try {
      await this.#walk.run(batch, signal);
      for (const { id } of batch) this.#complete.add(id);
    } catch (error) {
      for (const { id } of batch) this.#failed.add(id);
      // the first failure is the one to report
      if (this.#failures.has(group)) return;
      this.#failures.set(group, error);
      this.#stopOf(group).abort(error);
    }
  }

  #stopOf(group: string): AbortController {
    const stop = this.#stops.get(group) ?? new AbortController();
    this.#stops.set(group, stop);
    return stop;
  }
}
