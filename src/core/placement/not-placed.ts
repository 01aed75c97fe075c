import type { NotPlaced, PlacementDevice, PlacementProfile } from '../model/placement.ts';
import type { Budget } from './world.ts';

/** Why the profiles cannot be placed. */
export function notPlaced(
  _devices: readonly PlacementDevice[],
  profiles: readonly PlacementProfile[],
  _budget: Budget,
): NotPlaced {
  const profile = profiles.at(-1)?.profile ?? '';
  return {
    ok: false,
    code: 'RMA_GPU_NO_FIT',
    profile,
    message: `profile ${profile} does not fit`,
    hint: '',
    refusedVariants: [],
    reasons: [],
  };
}
