import type { RmaConfig } from '../../core/domain/config.ts';
import type { Host } from '../../ports/host.ts';
import { onHosts } from './project-host.ts';
import type { SelectedHosts } from './with-locked-hosts.ts';

/** A host with the configuration of the whole project, and the paths of this host. */
export interface ProjectOnHost {
  readonly host: Host;
  readonly config: RmaConfig;
}

/**
 * Returns the selected hosts that respond, for a command about the whole project: any of them has its record.
 * @throws RmaError the fault of the first host if none responds
 */
export async function respondingHosts({
  config,
  selected,
  open,
}: SelectedHosts): Promise<readonly [ProjectOnHost, ...ProjectOnHost[]]> {
  const results = await onHosts(selected, open);
  const [first, ...others] = results.flatMap((each): ProjectOnHost[] => {
    if (!each.ok) return [];
    const { stateDir, volumes } = each.value.config;
    return [{ host: each.value.host, config: { ...config, stateDir, volumes } }];
  });
  if (first !== undefined) return [first, ...others];
  for (const result of results) if (!result.ok) throw result.error;
  throw new Error('no host is selected');
}
