/** The engines of three profiles; an engine with the same name runs once. */
export const PROFILE_ENGINES = {
  a: ['one'],
  b: ['two'],
  c: ['one', 'three'],
} as const;

export type ProfileName = keyof typeof PROFILE_ENGINES;

export const PROFILE_NAMES = ['a', 'b', 'c'] as const satisfies readonly ProfileName[];

/** A command of a sequence. Parts of `restart`: a profile (its worker), an engine or `coordinator`; none: all. */
export type SequenceStep =
  | { readonly verb: 'up' | 'down'; readonly profiles: readonly ProfileName[] }
  | { readonly verb: 'restart'; readonly parts: readonly string[] };

/** What a project without configured profiles must run after a sequence of commands. */
export class RunModel {
  /** profiles added by name and not removed since */
  readonly #project = new Set<ProfileName>();
  readonly #running = new Set<ProfileName>();

  /** Whether `up` has no profile to start and fails with exit code 2. */
  get isEmpty(): boolean {
    return this.#project.size === 0;
  }

  apply(step: SequenceStep): void {
    switch (step.verb) {
      case 'up':
        for (const profile of step.profiles) this.#project.add(profile);
        for (const profile of step.profiles.length > 0 ? step.profiles : this.#project)
          this.#running.add(profile);
        break;
      case 'down':
        for (const profile of step.profiles) this.#project.delete(profile);
        for (const profile of step.profiles.length > 0 ? step.profiles : PROFILE_NAMES)
          this.#running.delete(profile);
        break;
      case 'restart':
        break;
    }
  }

  /** The running workers, by profile, sorted. */
  get workers(): readonly ProfileName[] {
    return [...this.#running].sort();
  }

  /** The running engines, without duplicates, sorted. */
  get engines(): readonly string[] {
    return [...new Set(this.workers.flatMap((profile) => PROFILE_ENGINES[profile]))].sort();
  }
}
