import type { DesiredService, DesiredState } from '../domain/desired-state.ts';
import { enginesOf } from '../domain/engine-users.ts';
import type { Observed } from '../domain/observed.ts';
import { COORDINATOR_CA_SECRET, workerTokenSecret } from '../domain/secret-names.ts';
import { secretChanges } from './secret-changes.ts';
import { mayServe } from './worker-phase.ts';

/** What a plan acts on, besides everything that the project desires and runs. */
export interface PlanScope {
  /** the part to act on */
  readonly desired: DesiredState;
  readonly observed: Observed;
  /** all of it: workers outside the scope may use engines inside */
  readonly whole: Observed;
}

/**
 * Returns the part of a project that a plan for some profiles acts on: their workers, the engines that these use, shared
 * ones included, and the coordinator. A running profile is in scope too when its engine is replaced and its own definition
 * changed, for its old worker does not fit the new engine; and when the project's coordinator has a new key, for it refuses
 * the old token. Without profiles: everything.
 */
export function scopeFor(desired: DesiredState, observed: Observed, profiles: readonly string[]): PlanScope {
  if (profiles.length === 0) return { desired, observed, whole: observed };
  for (let chosen = profiles; ; ) {
    const scope = scopeOf(desired, observed, chosen);
    const affected = [...affectedProfiles(desired, scope), ...refusedProfiles(desired, observed)].filter(
      (profile) => !chosen.includes(profile),
    );
    if (affected.length === 0) return scope;
    chosen = [...chosen, ...affected];
  }
}

function affectedProfiles({ stack }: DesiredState, { desired, whole }: PlanScope): readonly string[] {
  const hashes = new Map(whole.containers.map(({ service, configHash }) => [service, configHash]));
  const isChanged = ({ name, configHash }: DesiredService): boolean =>
    hashes.has(name) && hashes.get(name) !== configHash;
  const replaced = new Set(
    desired.stack.services
      .filter((each) => each.role === 'engine' && isChanged(each))
      .map(({ name }) => name),
  );
  return stack.services
    .filter((each) => each.role === 'worker' && isChanged(each))
    .filter(({ name, engines }) => {
      const container = whole.containers.find(({ service }) => service === name);
      if (container === undefined || !mayServe(container)) return false;
      return [...engines, ...enginesOf(container, whole.containers)].some((engine) => replaced.has(engine));
    })
    .flatMap(({ profile }) => profile ?? []);
}

/** Returns the running profiles whose token for the project's own coordinator, or its CA, is not the desired one. */
function refusedProfiles(desired: DesiredState, observed: Observed): readonly string[] {
  const { services } = desired.stack;
  if (!services.some(({ role }) => role === 'coordinator')) return [];
  const changedSecret = secretChanges(desired, observed);
  return services.flatMap(({ name, role, profile }) => {
    if (role !== 'worker' || profile === null) return [];
    const container = observed.containers.find(({ service }) => service === name);
    if (container === undefined || !mayServe(container)) return [];
    const secrets = [workerTokenSecret(profile), COORDINATOR_CA_SECRET];
    return changedSecret({ secrets }, container) === null ? [] : [profile];
  });
}

function scopeOf(desired: DesiredState, observed: Observed, profiles: readonly string[]): PlanScope {
  const all = desired.stack.services;
  const isChosen = (profile: string | null): boolean => profile !== null && profiles.includes(profile);
  const workers = all.filter(({ role, profile }) => role === 'worker' && isChosen(profile));
  const names = new Set(workers.flatMap(({ name, engines }) => [name, ...engines]));
  const refs = new Set(workers.flatMap(({ models }) => models));
  const known = new Set(all.map(({ name }) => name));
  const inScope = (service: string, role: string): boolean => role === 'coordinator' || names.has(service);
  const services = all.filter(({ name, role }) => inScope(name, role));
  const images = new Set(services.map(({ image }) => image));
  return {
    desired: {
      ...desired,
      stack: {
        ...desired.stack,
        services,
        engineImages: desired.stack.engineImages.filter((image) => images.has(image)),
        ...(desired.stack.builds && {
          builds: new Map([...desired.stack.builds].filter(([image]) => images.has(image))),
        }),
      },
      models: new Map([...desired.models].filter(([ref]) => refs.has(ref))),
    },
    observed: {
      ...observed,
      // also what a chosen profile ran until now and no profile runs any more
      containers: observed.containers.filter(
        ({ service, role, profile }) => inScope(service, role) || (isChosen(profile) && !known.has(service)),
      ),
    },
    whole: observed,
  };
}
