import type { ProjectState } from './project-state.ts';

type Replacements = Pick<ProjectState, 'replaced'>;

/** Returns the profiles that run for the given ones: one without a GPU is replaced by another, by the last `up`. */
export function runningProfiles(
  profiles: readonly string[],
  { replaced = {} }: Replacements,
): readonly string[] {
  return [...new Set(profiles.map((name) => replaced[name] ?? name))];
}

/** Returns the profiles whose services end when the named ones leave a project: not those that its other profiles run as. */
export function endingProfiles(
  named: readonly string[],
  project: readonly string[],
  state: Replacements,
): readonly string[] {
  const others = project.filter((name) => !named.includes(name));
  const kept = runningProfiles(others, state);
  return runningProfiles(named, state).filter((name) => named.includes(name) || !kept.includes(name));
}
