import type { ListedProfile } from '../../../app/data/profiles.ts';

/** Returns whether the project uses a profile, and which one runs instead of a profile without a GPU. */
export function usage({ inUse, replacedBy }: Pick<ListedProfile, 'inUse' | 'replacedBy'>): string {
  if (!inUse) return 'no';
  return replacedBy === null ? 'yes' : `as ${replacedBy}`;
}
