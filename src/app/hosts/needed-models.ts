import type { DesiredState } from '../../core/domain/desired-state.ts';
import type { Observed } from '../../core/domain/observed.ts';
import { pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { HostModels } from '../../core/hosts/distribution.ts';
import { addressOf, type HostStore } from './host-store.ts';

/** A host with its plan. */
export interface PlannedStore extends Pick<HostStore, 'host' | 'config'> {
  readonly planned: {
    readonly desired: Pick<DesiredState, 'models'>;
    readonly observed: Pick<Observed, 'store'>;
  };
}

/** Returns what the store of a host lacks of the models that it is to have, bytes. */
export function neededModels({ host, config, planned: { desired, observed } }: PlannedStore): HostModels {
  const missing = [...desired.models.values()].map((pinned) => {
    const bytes = observed.store?.get(pinned.ref)?.missingBytes ?? pinnedBytes(pinned);
    return [pinned.ref, bytes] as const;
  });
  return { host: host.name, address: addressOf({ host, config }), missing: new Map(missing) };
}
