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
  /** runs one batch; the signal is aborted as soon as another batch of the group fails, and is the same for all of the group but those that undo */
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

/** What stops the operations of one group. */
interface Stop {
  readonly controller: AbortController;
  /** aborted with the controller, or when everything stops */
  readonly signal: AbortSignal;
}

class Walker<O extends GraphNode> {
  readonly #walk: GroupWalk<O>;
  /** what may still start; with its position in the plan */
  readonly #waiting: Map<O, number>;
  /** what cannot start any more */
  readonly #stopped = new Set<O>();
  readonly #ready: Set<O>;
  /** operation → how many of those that it follows are not complete */
  readonly #open: Map<O, number>;
  readonly #followers: ReadonlyMap<string, readonly O[]>;
  readonly #complete = new Set<string>();
  /** batch → its group */
  readonly #running = new Map<Promise<void>, string>();
  readonly #stops = new Map<string, Stop>();
  readonly #failures = new Map<string, unknown>();

  constructor(operations: readonly O[], walk: GroupWalk<O>) {
    this.#walk = walk;
    this.#waiting = new Map(operations.map((operation, at) => [operation, at]));
    this.#ready = new Set(operations.filter(({ after }) => after.length === 0));
    this.#open = new Map(operations.map((operation) => [operation, new Set(operation.after).size]));
    this.#followers = followersOf(operations);
  }

  async walk(): Promise<GroupsEnd<O>> {
    for (;;) {
      if (this.#walk.signal.aborted) this.#stop([...this.#waiting.keys()]);
      this.#startReady();
      this.#startUndoing();
      if (this.#running.size === 0) break;
      await Promise.race(this.#running.keys());
    }
    this.#walk.signal.throwIfAborted();
    if (this.#waiting.size > 0) throw new Error('some operations of the plan follow each other in a circle');
    return { failures: this.#failures, complete: this.#complete, notRun: [...this.#stopped] };
  }

  #startReady(): void {
    for (const [group, batch] of this.#readyBatches()) {
      this.#start(group, batch, this.#stopOf(group).signal);
    }
  }

  /** Returns what can start now, in the order of the plan. */
  #readyBatches(): readonly (readonly [group: string, batch: readonly O[]])[] {
    const { groupOf, batchOf } = this.#walk;
    const batches = new Map<string, readonly [string, O[]]>();
    for (const operation of this.#allowed()) {
      const group = groupOf(operation);
      const key = `${group}\n${batchOf(operation)}`;
      const batch = batches.get(key);
      if (batch === undefined) batches.set(key, [group, [operation]]);
      else batch[1].push(operation);
    }
    return [...batches.values()];
  }

  /** Returns the ready operations of groups that run, and of as many more as are allowed. */
  #allowed(): readonly O[] {
    const { groupOf, maxGroups } = this.#walk;
    const active = new Set(this.#running.values());
    const place = (operation: O): number => this.#waiting.get(operation) ?? 0;
    const mayStart = (operation: O): boolean => active.size < maxGroups || active.has(groupOf(operation));
    const ready = [...this.#ready].filter(mayStart).sort((a, b) => place(a) - place(b));
    return ready.filter((operation) => {
      const isAllowed = mayStart(operation);
      if (isAllowed) active.add(groupOf(operation));
      return isAllowed;
    });
  }

  /** Undoes what has run of groups of which nothing runs and nothing can start any more. */
  #startUndoing(): void {
    const { groupOf, undoes } = this.#walk;
    const undoing = [...this.#stopped].filter((operation) => this.#complete.has(undoes(operation) ?? ''));
    if (undoing.length === 0) return;
    const active = new Set([...this.#running.values(), ...[...this.#waiting.keys()].map(groupOf)]);
    for (const operation of undoing) {
      const group = groupOf(operation);
      if (!active.has(group)) this.#start(group, [operation], new AbortController().signal);
    }
  }

  /** Stops operations that wait, and what follows them. */
  #stop(operations: readonly O[]): void {
    for (const operation of operations) {
      if (!this.#waiting.delete(operation)) continue;
      this.#ready.delete(operation);
      this.#stopped.add(operation);
      this.#stop(this.#followers.get(operation.id) ?? []);
    }
  }

  #start(group: string, batch: readonly O[], signal: AbortSignal): void {
    for (const operation of batch) {
      this.#waiting.delete(operation);
      this.#ready.delete(operation);
      this.#stopped.delete(operation);
    }
    const end = this.#runBatch(group, batch, signal).finally(() => this.#running.delete(end));
    this.#running.set(end, group);
  }

  async #runBatch(group: string, batch: readonly O[], signal: AbortSignal): Promise<void> {
    try {
      await this.#walk.run(batch, signal);
      for (const { id } of batch) this.#completed(id);
    } catch (error) {
      this.#stop(batch.flatMap(({ id }) => this.#followers.get(id) ?? []));
      // the first failure is the one to report
      if (this.#failures.has(group)) return;
      this.#failures.set(group, error);
      this.#stop([...this.#waiting.keys()].filter((operation) => this.#walk.groupOf(operation) === group));
      this.#stopOf(group).controller.abort(error);
    }
  }

  #completed(id: string): void {
    this.#complete.add(id);
    for (const operation of this.#followers.get(id) ?? []) {
      const open = (this.#open.get(operation) ?? 0) - 1;
      this.#open.set(operation, open);
      if (open === 0 && this.#waiting.has(operation)) this.#ready.add(operation);
    }
  }

  #stopOf(group: string): Stop {
    const known = this.#stops.get(group);
    if (known !== undefined) return known;
    const controller = new AbortController();
    const stop = { controller, signal: AbortSignal.any([this.#walk.signal, controller.signal]) };
    this.#stops.set(group, stop);
    return stop;
  }
}

/** Returns id → the operations that follow it. */
function followersOf<O extends GraphNode>(operations: readonly O[]): ReadonlyMap<string, readonly O[]> {
  const followers = new Map<string, O[]>();
  for (const operation of operations) {
    for (const id of new Set(operation.after)) {
      const known = followers.get(id);
      if (known === undefined) followers.set(id, [operation]);
      else known.push(operation);
    }
  }
  return followers;
}
