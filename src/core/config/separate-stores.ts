import type { RmaConfig, SettingOrigin } from '../domain/config.ts';
import type { ConfigFault } from './fault.ts';
import { originPlace } from './origin-place.ts';
import { volumeText } from './volume-text.ts';

/** Returns a fault for each host whose store is not the one NFS export of all hosts. @param origin of `models.distribute` */
export function separateStores(
  { hosts, network, volumes }: Pick<RmaConfig, 'hosts' | 'network' | 'volumes'>,
  origin: SettingOrigin | undefined,
): readonly ConfigFault[] {
  if (network.distribute !== 'nfs') return [];
  const where = originPlace('models.distribute', origin);
  const stores = Object.entries(hosts).map(([name, host]) => ({
    name,
    store: host.volumes?.store ?? volumes.store,
  }));
  const shared = stores.find(({ store }) => store.type === 'nfs')?.store ?? null;
  return stores.flatMap(({ name, store }) => {
    if (shared !== null && volumeText(store) === volumeText(shared)) return [];
    const expected = shared === null ? 'an NFS export' : volumeText(shared);
    return [
      {
        where,
        message: `models.distribute: nfs needs one store for all hosts; that of ${name} is ${volumeText(store)}, not ${expected}`,
      },
    ];
  });
}
