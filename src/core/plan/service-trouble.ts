import { startFaultText } from '../docker/start-fault.ts';
import type { ContainerState } from '../domain/container.ts';
import type { ObservedContainer } from '../domain/observed.ts';

/** Why a container does not do its work, and what `rma up` does about it. */
export interface ServiceTrouble {
  readonly kind: 'start-service' | 'restart-service' | 'recreate-service';
  readonly cause: string;
}

const STARTED: ReadonlySet<ContainerState> = new Set(['running', 'restarting', 'paused']);

/** Cause of the restart of a worker that has finished its own check and does not notice models that were deleted later. */
export const MISSING_MODELS = 'some of its models are not in the store';

/** Cause of the start of a service whose container was removed, or was never created. */
export const NO_CONTAINER = 'has no container';

/** Returns the trouble of a container whatever its definition; null for none. */
export function troubleOf(container: ObservedContainer): ServiceTrouble | null {
  const { state, lostNetwork } = container;
  // starting or restarting a container does not connect it again
  if (lostNetwork !== null) {
    return { kind: 'recreate-service', cause: `it is not connected to its network ${lostNetwork}` };
  }
  if (!STARTED.has(state)) return { kind: 'start-service', cause: whyStopped(container) };
  const cause = whyNotWorking(container);
  return cause === null ? null : { kind: 'restart-service', cause };
}

function whyStopped({ state, startError }: ObservedContainer): string {
  return startError === null ? `it ${stateText(state)}` : startFaultText(startError);
}

/** Returns the state of a container as the end of a sentence. */
export function stateText(state: ContainerState): string {
  switch (state) {
    case 'exited':
      return 'exited';
    case 'created':
      return 'was never started';
    case 'removing':
      return 'is being removed';
    case 'running':
    case 'paused':
    case 'restarting':
    case 'dead':
      return `is ${state}`;
  }
}

function whyNotWorking({ state, health, worker, engineFault, silence }: ObservedContainer): string | null {
  if (state === 'restarting') return 'it keeps crashing';
  if (state === 'paused') return 'it is paused';
  if (worker?.state === 'failed') return `it failed (${worker.failure?.code ?? 'no code'})`;
  if (engineFault !== null) return `it failed (${engineFault})`;
  if (health === 'unhealthy') return 'it is unhealthy';
  if (silence !== null) return `it does not respond (${silence})`;
  return null;
}
