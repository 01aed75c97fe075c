import type { RmaConfig } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { publishedAddress } from '../../core/hosts/published-address.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ListedModel, ObservedVolume } from '../models/listed-models.ts';

/** The store of one host, and the models that it is to have. */
export interface HostStore {
  readonly host: Host;
  readonly config: RmaConfig;
  /** reports with the name of the host */
  readonly invocation: Invocation;
  readonly catalog: Pick<Catalog, 'models'>;
  readonly models: readonly ListedModel[];
  readonly store: ObservedVolume;
}

/** Returns the address by which other hosts reach the published ports of a host; null if they cannot. */
export function addressOf({ host, config }: Pick<HostStore, 'host' | 'config'>): string | null {
  const { name } = host;
  return publishedAddress({ host: name, address: config.hosts[name]?.address ?? null, bind: config.bind });
}
