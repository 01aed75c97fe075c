import type { HostAssignment } from './assign-types.ts';

/** host → profile that leaves it → the other hosts that run it from now on */
export type MovedProfiles = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/**
 * Returns the profiles that leave hosts because others run them, which are removed there.
 * @param available hosts that respond, and can run what is assigned to them: a profile is not removed for one that may not run
 */
export function movedProfiles(
  { leaving, profiles }: Pick<HostAssignment, 'leaving' | 'profiles'>,
  available: readonly string[],
): MovedProfiles {
  const runningOn = (profile: string): readonly string[] =>
    available.filter((host) => profiles.get(host)?.includes(profile));
  return new Map(
    [...leaving].map(([host, gone]) => {
      const moves = gone.map((profile) => [profile, runningOn(profile)] as const);
      return [host, new Map(moves.filter(([, hosts]) => hosts.length > 0))] as const;
    }),
  );
}
