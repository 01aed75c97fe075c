import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';

/** What a plan acts on, beside everything that the project desires and runs. */
export interface PlanScope {
  /** the part to act on */
  readonly desired: Desired;
  readonly observed: Observed;
  /** all of it: workers outside the scope may use engines inside */
  readonly whole: Observed;
}

/**
 * Returns the part of a project that a plan for some profiles acts on: their workers, the engines that these use, shared
 * ones included, and the coordinator. Without profiles: everything.
 */
export function scopeOf(desired: Desired, observed: Observed, profiles: readonly string[]): PlanScope {
  if (profiles.length === 0) return { desired, observed, whole: observed };
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
      },
      models: new Map([...desired.models].filter(([ref]) => refs.has(ref))),
    },
    observed: {
      ...observed,
      // also what a chosen profile ran until now and nobody runs any more
      containers: observed.containers.filter(
        ({ service, role, profile }) => inScope(service, role) || (isChosen(profile) && !known.has(service)),
      ),
    },
    whole: observed,
  };
}
