import type { FetchModel } from '../../core/plan/operation.ts';
import { throwIfFailed } from '../observe/worker-status.ts';
import type { Execution } from './execution.ts';
import { fetchInContainer } from './fetch-in-container.ts';

/** Downloads models in a one-off container while the stack keeps running. @throws RmaError RMA_FETCH_FAILED exit 1, or of the hubs */
export async function fetchBeside(
  { host, invocation, payload, signal }: Execution,
  operations: readonly FetchModel[],
): Promise<void> {
  const { config, access } = payload;
  if (access === null) throw new Error('the plan fetches models without access to a store');
  const models = operations.map(({ ref }) => {
    const model = payload.models.get(ref);
    if (model === undefined) throw new Error(`${ref} was not resolved`);
    return model;
  });
  throwIfFailed(await fetchInContainer(host, { ...invocation, signal }, { config, access, models }));
}
