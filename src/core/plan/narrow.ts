import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Selection } from '../domain/selection.ts';

/** What the planner compares when only some profiles are acted on: theirs, shared services and the coordinator included. */
export function narrow(
  desired: Desired,
  observed: Observed,
  selection: Selection,
  profiles: readonly string[],
): { readonly desired: Desired; readonly observed: Observed } {
  if (profiles.length === 0) return { desired, observed };
  const chosen = selection.profiles.filter(({ name }) => profiles.includes(name));
  const names = new Set(chosen.flatMap(({ worker, services }) => [worker, ...services]));
  const refs = new Set(chosen.flatMap((profile) => profile.refs));
  const inScope = (service: string, role: string): boolean => role === 'coordinator' || names.has(service);
  // what a chosen profile ran until now, and nobody runs any more
  const wanted = new Set(desired.stack.services.map(({ name }) => name));
  const wasTheirs = (service: string, profile: string | null): boolean =>
    profile !== null && profiles.includes(profile) && !wanted.has(service);
  const services = desired.stack.services.filter(({ name, role }) => inScope(name, role));
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
      containers: observed.containers.filter(
        ({ service, role, profile }) => inScope(service, role) || wasTheirs(service, profile),
      ),
    },
  };
}
