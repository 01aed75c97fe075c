import type { ProfilePlacement } from '../domain/config.ts';
import { ANY_HOST, type AssignableHost, type AssignRequest } from './assign-types.ts';
import { matchesPattern } from './select-hosts.ts';

/** Returns which hosts may run a profile, and how many. */
export function placementOf(
  { placement }: Pick<AssignRequest, 'placement'>,
  profile: string,
): ProfilePlacement {
  return placement[profile] ?? ANY_HOST;
}

/** Returns why the settings exclude a host, to follow its name; null when they do not. */
export function mismatch(
  { name, labels }: Pick<AssignableHost, 'name' | 'labels'>,
  { hosts, labels: required }: Pick<ProfilePlacement, 'hosts' | 'labels'>,
): string | null {
  if (hosts.length > 0 && !hosts.some((pattern) => matchesPattern(name, pattern)))
    return `is not one of ${hosts.join(', ')}`;
  const missing = Object.entries(required).find(
    ([label, value]) => !matchesPattern(labels[label] ?? '', value),
  );
  return missing === undefined ? null : `has no label ${missing.join('=')}`;
}
