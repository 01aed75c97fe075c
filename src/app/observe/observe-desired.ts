import type { RmaConfig } from '../../core/domain/config.ts';
import type { ContainerState } from '../../core/domain/container.ts';
import type { DesiredState } from '../../core/domain/desired-state.ts';
import type { Observed } from '../../core/domain/observed.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { observeWorkers } from './observe-workers.ts';
import { checkStore, freeBytesBeside, type StoreAccess } from './store-container.ts';

export interface DesiredQuestion {
  readonly config: RmaConfig;
  readonly snapshot: Snapshot;
  readonly desired: DesiredState;
  readonly access: StoreAccess;
}

/**
 * Adds to a snapshot what workers report, the state of the desired models in the store, and which of the desired ports are
 * in use. Commands in containers take longest, so they run at the same time.
 */
export async function observeDesired(
  host: Pick<Host, 'docker' | 'files' | 'ports'>,
  invocation: Pick<Invocation, 'signal'>,
  { config, snapshot, desired, access }: DesiredQuestion,
): Promise<Observed> {
  const models = [...desired.models.values()];
  const [containers, store, portsTaken] = await Promise.all([
    observeWorkers(host, invocation, snapshot.containers),
    checkStore(host, invocation, { access, models, snapshot }),
    takenPorts(host, newPorts(desired, snapshot), config.bind),
  ]);
  return {
    ...snapshot,
    containers,
    store: store === null ? null : new Map(store.checks.map((check) => [check.ref, check])),
    freeBytes: store?.freeBytes ?? (await freeBytesBeside(host, access, snapshot)),
    portsTaken,
  };
}

const HOLDS_PORTS: readonly ContainerState[] = ['running', 'restarting', 'paused'];

/** Returns the ports of the services that are not running; running containers use their own. */
function newPorts({ stack }: DesiredState, { containers }: Snapshot): readonly number[] {
  const holding = new Set(
    containers.filter(({ state }) => HOLDS_PORTS.includes(state)).map(({ service }) => service),
  );
  return stack.services.flatMap(({ name, port }) => (port === null || holding.has(name) ? [] : [port]));
}

async function takenPorts(
  { ports }: Pick<Host, 'ports'>,
  candidates: readonly number[],
  address: string,
): Promise<ReadonlySet<number>> {
  const taken = await Promise.all(candidates.map(async (port) => ports.isTaken(address, port)));
  return new Set(candidates.filter((_, at) => taken[at]));
}
