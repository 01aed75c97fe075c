import type { RmaConfig } from '../domain/config.ts';
import type { Catalog, Engine, ProfileVariant } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { listed } from '../placement/device-name.ts';
import { findProfile } from '../profile/select-services.ts';
import type { AssignRequest } from './assign-types.ts';
import { placementOf } from './matching-hosts.ts';

/** Returns the profiles of the request that several hosts may run together. */
export function spanningProfiles(request: Pick<AssignRequest, 'placement' | 'profiles'>): readonly string[] {
  return request.profiles.filter((profile) => placementOf(request, profile).span === 'hosts');
}

/**
 * Returns the names of the variants of a profile that several hosts can run together, best first.
 * @throws RmaError RMA_PLACEMENT_SPAN (2) if the profile has none
 */
export function spanningVariants(
  { placement, catalog }: Pick<AssignRequest, 'placement'> & { readonly catalog: Catalog },
  profile: string,
): readonly string[] {
  const { variants } = findProfile(catalog, profile);
  const faults = variants.map((variant) => faultOf(catalog, variant));
  const names = variants.flatMap(({ name }, at) => (faults[at] === null ? [name] : []));
  if (names.length > 0) return names;
  const engines = [...catalog.engines.values()].filter(({ span }) => span !== undefined);
  throw spanFault(
    { placement },
    { profile, message: `no variant can: ${faults[0]}` },
    `remove span, or use one service with an engine that runs over hosts (${listed(engines.map(({ name }) => name))}) and a number of GPUs`,
  );
}

/** Checks that the project can run groups of hosts. @throws RmaError RMA_PLACEMENT_SPAN (2) */
export function checkSpanning(
  { placement, coordinator }: Pick<RmaConfig, 'placement' | 'coordinator'>,
  profile: string,
): void {
  if (coordinator.url === null) return;
  const message = 'an external coordinator cannot start the hosts of a group together';
  throw spanFault({ placement }, { profile, message }, 'remove coordinator.url, or span');
}

function faultOf(catalog: Catalog, { name, services }: ProfileVariant): string | null {
  const [service] = services;
  const start = `variant ${name} has`;
  if (service === undefined || services.length > 1) return `${start} ${services.length} services, not one`;
  const engine: Engine | undefined = catalog.engines.get(service.engine);
  if (engine?.span === undefined) return `engine ${service.engine} runs on one host only`;
  if (service.replicas > 1) return `${start} ${service.replicas} replicas of its service`;
  if (typeof service.gpus !== 'number') return `${start} no number of GPUs, which is equal on all hosts`;
  return service.gpus === 0 ? `${start} a service without GPUs` : null;
}

function spanFault(
  { placement }: Pick<AssignRequest, 'placement'>,
  { profile, message }: { readonly profile: string; readonly message: string },
  hint: string,
): RmaError {
  const where = placement[profile]?.where;
  const start = where === undefined ? '' : `${where}: `;
  return new RmaError('RMA_PLACEMENT_SPAN', `${start}placement.${profile}.span: ${message}`, {
    exitCode: EXIT.usage,
    hint,
    details: { profile },
  });
}
