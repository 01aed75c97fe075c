import type { RmaConfig } from '../../core/domain/config.ts';
import { hasNamedHosts } from '../../core/hosts/host-config.ts';
import { selectHosts } from '../../core/hosts/select-hosts.ts';

/** Returns the names of the hosts to act on; null for a project that names none. @throws RmaError RMA_HOST_UNKNOWN (2) */
export function selectedHosts(config: RmaConfig, words: readonly string[]): readonly string[] | null {
  const names = selectHosts(
    config.hosts,
    words.flatMap((text) => text.split(',')).filter((word) => word !== ''),
  );
  return hasNamedHosts(config) ? names : null;
}
