import type { ProfilePlacement } from '../domain/config.ts';

/** Returns the placement of profiles as rma.yaml writes it. */
export function placementValues(
  placement: Readonly<Record<string, ProfilePlacement>>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const entries = Object.entries(placement).map(([profile, { replicas, hosts, labels, strategy }]) => {
    const values = {
      replicas,
      ...(hosts.length > 0 && { hosts }),
      ...(Object.keys(labels).length > 0 && { labels }),
      strategy,
    };
    return [profile, values] as const;
  });
  return Object.fromEntries(entries);
}
