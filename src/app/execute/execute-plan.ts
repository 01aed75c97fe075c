import type { Operation } from '../../core/plan/operation.ts';
import type { ExecutionContext, ExecutionHost, Payload } from './execution.ts';
import { batchOf, drainUndoneBy, openRunner } from './host-runner.ts';
import { walkGraph } from './walk-graph.ts';

export interface ExecutionRequest {
  readonly operations: readonly Operation[];
  readonly payload: Payload;
}

/**
 * Executes the operations of a plan on one host in the order of the graph, and nothing else.
 * @throws RmaError the first failure of an operation
 */
export async function executePlan(
  host: ExecutionHost,
  invocation: ExecutionContext,
  { operations, payload }: ExecutionRequest,
): Promise<void> {
  const runner = openRunner({ host, invocation, payload });
  try {
    await walkGraph(operations, {
      batchOf,
      undoes: drainUndoneBy,
      run: runner.run,
      signal: invocation.signal,
    });
  } finally {
    runner.close();
  }
}
