import type { RmaConfig } from '../domain/config.ts';

/**
 * Returns the host that runs the coordinator of the project: that of the setting, else the first one; null if the project uses
 * an external coordinator.
 */
export function coordinatorHost({
  hosts,
  coordinator,
}: Pick<RmaConfig, 'hosts' | 'coordinator'>): string | null {
  if (coordinator.url !== null) return null;
  return coordinator.host ?? Object.keys(hosts)[0] ?? null;
}
