/** A node of the graph. */
interface GraphNode {
  readonly id: string;
  readonly after: readonly string[];
}

export interface Walk<O extends GraphNode> {
  /** operations that are ready at the same time and share this key run as one batch */
  readonly batchOf: (operation: O) => string;
  /** runs one batch; the signal is aborted as soon as another batch fails */
  readonly run: (batch: readonly O[], signal: AbortSignal) => Promise<void>;
  /** for an operation that undoes an earlier one: the id of that one. It runs after a failure too, when that one has run */
  readonly undoes: (operation: O) => string | null;
  readonly signal: AbortSignal;
}

/**
 * Runs each operation as soon as those it follows are complete, independent ones in parallel. After a failure nothing new
 * starts but what undoes an operation that has run, and the walk ends when everything that runs has ended.
 * @throws the first failure, or the signal's reason
 */
export async function walkGraph<O extends GraphNode>(operations: readonly O[], walk: Walk<O>): Promise<void> {
  const waiting = new Set(operations);
  const complete = new Set<string>();
  const running = new Set<Promise<void>>();
  const failed = new AbortController();
  const signal = AbortSignal.any([walk.signal, failed.signal]);
  while (waiting.size > 0 || running.size > 0) {
    if (!signal.aborted) {
      for (const batch of readyBatches(waiting, complete, walk.batchOf)) {
        const end = runBatch(batch).finally(() => running.delete(end));
        running.add(end);
      }
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (signal.aborted)
    await undo([...waiting].filter((operation) => complete.has(walk.undoes(operation) ?? '')));
  signal.throwIfAborted();
  if (waiting.size > 0) throw new Error('some operations of the plan follow operations that do not exist');

  async function runBatch(batch: readonly O[]): Promise<void> {
    for (const operation of batch) waiting.delete(operation);
    try {
      await walk.run(batch, signal);
      for (const { id } of batch) complete.add(id);
    } catch (error) {
      failed.abort(error);
    }
  }

  /** The failure that stopped the walk is the one to report. */
  async function undo(undoing: readonly O[]): Promise<void> {
    const { signal: never } = new AbortController();
    await Promise.allSettled(undoing.map((operation) => walk.run([operation], never)));
  }
}

function readyBatches<O extends GraphNode>(
  waiting: ReadonlySet<O>,
  complete: ReadonlySet<string>,
  batchOf: (operation: O) => string,
): readonly (readonly O[])[] {
  const batches = new Map<string, O[]>();
  for (const operation of waiting) {
    if (!operation.after.every((id) => complete.has(id))) continue;
    const batch = batches.get(batchOf(operation)) ?? [];
    batches.set(batchOf(operation), [...batch, operation]);
  }
  return [...batches.values()];
}
