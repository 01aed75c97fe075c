import type { ProfilePlacement } from '../domain/config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import type { AssignableHost } from './assign-types.ts';
import { matchesPattern } from './select-hosts.ts';

export interface PlacementCheck {
  readonly placement: Readonly<Record<string, ProfilePlacement>>;
  readonly hosts: readonly Pick<AssignableHost, 'name' | 'labels'>[];
  /** names of all profiles */
  readonly profiles: readonly string[];
}

/**
 * Checks that each entry of `placement` names a profile, and hosts and labels that exist.
 * @throws RmaError RMA_PLACEMENT_UNKNOWN (2) for the first that does not
 */
export function checkPlacement(check: PlacementCheck): void {
  for (const [profile, placement] of Object.entries(check.placement)) {
    const message = faultOf(check, profile, placement);
    if (message === null) continue;
    const { where } = placement;
    const start = where === undefined ? '' : `${where}: `;
    throw new RmaError('RMA_PLACEMENT_UNKNOWN', `${start}placement.${profile}: ${message}`, {
      exitCode: EXIT.usage,
      hint: 'list the profiles: rma profiles ls; show the hosts and their labels: rma config show',
      details: { profile },
    });
  }
}

function faultOf(
  { hosts, profiles }: PlacementCheck,
  profile: string,
  placement: ProfilePlacement,
): string | null {
  if (!profiles.includes(profile)) return unknownWord('profile', profile, profiles);
  const names = hosts.map(({ name }) => name);
  const missing = placement.hosts.find((pattern) => !names.some((name) => matchesPattern(name, pattern)));
  if (missing !== undefined)
    return /[*?]/.test(missing)
      ? `no host matches ${JSON.stringify(missing)}; hosts: ${names.join(', ')}`
      : unknownWord('host', missing, names);
  const faults = Object.entries(placement.labels).flatMap(
    ([label, value]) => labelFault(hosts, label, value) ?? [],
  );
  return faults[0] ?? null;
}

function labelFault(hosts: PlacementCheck['hosts'], label: string, value: string): string | null {
  const labels = [...new Set(hosts.flatMap((host) => Object.keys(host.labels)))].sort();
  if (!labels.includes(label)) return unknownWord('label', label, labels);
  const values = [...new Set(hosts.flatMap((host) => host.labels[label] ?? []))].sort();
  if (values.some((each) => matchesPattern(each, value))) return null;
  return `no host has the label ${label}=${value}; its values: ${values.join(', ')}`;
}
