import { startFaultText } from '../docker/start-fault.ts';
import type { ContainerState } from '../domain/container.ts';
import type { NetworkFacts } from '../domain/docker-engine.ts';
import type { ObservedContainer } from '../domain/observed.ts';

/** Why a container does not do its work, and what `rma up` does about it. */
export interface ServiceTrouble {
  readonly kind: 'start-service' | 'restart-service' | 'recreate-service';
  readonly cause: string;
}

const STARTED: ReadonlySet<ContainerState> = new Set(['running', 'restarting', 'paused']);

/** Returns the trouble of a container whatever its definition; null for none. */
export function troubleOf(
  container: ObservedContainer,
  networks: readonly NetworkFacts[],
): ServiceTrouble | null {
  if (!STARTED.has(container.state)) return { kind: 'start-service', cause: whyStopped(container) };
  if (isDisconnected(container, networks)) {
    return { kind: 'recreate-service', cause: 'it is not connected to the network of the project' };
  }
  const cause = whyNotWorking(container);
  return cause === null ? null : { kind: 'restart-service', cause };
}

function whyStopped({ state, startError }: ObservedContainer): string {
  return startError === null ? `it is ${state}` : startFaultText(startError);
}

/** A container that was disconnected by hand keeps running, but no worker reaches it. */
function isDisconnected(
  { project, state, networks }: ObservedContainer,
  all: readonly NetworkFacts[],
): boolean {
  const own = all.filter((network) => network.project === project);
  return state === 'running' && own.length > 0 && !own.some(({ name }) => networks.includes(name));
}

function whyNotWorking({ state, health, worker, engineFault }: ObservedContainer): string | null {
  if (state === 'restarting') return 'it keeps crashing';
  if (state === 'paused') return 'it is paused';
  if (worker?.state === 'failed') return `it failed (${worker.failure?.code ?? 'no code'})`;
  if (engineFault !== null) return `it failed (${engineFault})`;
  if (health === 'unhealthy') return 'it is unhealthy';
  return null;
}
