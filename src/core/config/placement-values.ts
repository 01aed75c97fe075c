import type { ProfilePlacement } from '../domain/config.ts';

/** Returns the placement of profiles as rma.yaml writes it. */
export function placementValues(
  placement: Readonly<Record<string, ProfilePlacement>>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const entries = Object.entries(placement).map(([profile, { replicas, hosts, labels, strategy, span }]) => {
    const values = {
      ...(!span && { replicas }),
      ...(hosts.length > 0 && { hosts }),
      ...(Object.keys(labels).length > 0 && { labels }),
      strategy,
      ...(span && { span }),
    };
    return [profile, values] as const;
  });
  return Object.fromEntries(entries);
}
