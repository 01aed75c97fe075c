import type { RmaConfig } from '../../core/domain/config.ts';
import type { ResolvedModels } from '../../core/domain/resolved-models.ts';
import { usesGpus } from '../../core/profile/uses-gpus.ts';
import { withoutGpus } from '../../core/profile/without-gpus.ts';
import { mergeResolved } from '../../core/source/merge-resolved.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type ChosenServices, chooseServices, type ServiceChoice } from './choose-services.ts';
import type { CoordinatorAccess } from './coordinator-access.ts';
import { knownModels } from './known-models.ts';
import { ownCoordinator } from './own-coordinator.ts';
import { collectSecrets, type SecretsInvocation } from './secrets.ts';

export interface RequestOptions extends ServiceChoice {
  /** resolve the models again */
  readonly refresh: boolean;
  /** how workers reach a coordinator of several hosts; absent: the project has one host */
  readonly coordinator?: CoordinatorAccess | undefined;
  /** replaces the tokens of all workers, and the key and the certificates of the coordinator */
  readonly rotate?: boolean | undefined;
  /** the models as another host of the project resolved them; absent: the project has one host */
  readonly shared?: ResolvedModels;
}

/** The services that a project requests: by its files, its settings and the command line. */
export interface ServiceRequest extends Pick<ChosenServices, 'state' | 'catalog' | 'profiles'> {
  readonly config: RmaConfig;
  /** profiles named on the command line, which it acts on; none: all */
  readonly named: readonly string[];
  /** what earlier commands resolved */
  readonly resolved: ResolvedModels;
  /** whether a service can use a GPU */
  readonly usesGpus: boolean;
}

/** What a project requests. */
export interface ProjectRequest extends ServiceRequest {
  readonly coordinator: CoordinatorAccess;
  readonly secrets: ReadonlyMap<string, string>;
}

/**
 * Reads what a project requests, without Docker and network: mistakes in it are reported before anything else.
 * @throws RmaError of the data, the settings, the secrets and the generated files (2)
 */
export async function readRequest(
  host: Pick<Host, 'name' | 'files' | 'localFiles'>,
  invocation: Pick<Invocation, 'catalog'> & SecretsInvocation,
  options: RequestOptions,
): Promise<ProjectRequest> {
  const services = await readServices(host, invocation, options);
  const coordinator = options.coordinator ?? (await ownCoordinator(host, invocation, options));
  const secrets = await collectSecrets(host, invocation, { ...services, coordinator });
  return { ...services, coordinator, secrets };
}

/** Like `readRequest`, without the secrets. */
export async function readServices(
  host: Pick<Host, 'files' | 'localFiles'>,
  invocation: Pick<Invocation, 'catalog'>,
  { config, profiles: named, refresh, shared, mayBeEmpty }: RequestOptions,
): Promise<ServiceRequest> {
  const { state, profiles, ...chosen } = await chooseServices(host, invocation, {
    config,
    // of several hosts, others may run them
    profiles: config.projectHosts === undefined ? named : [],
    ...(mayBeEmpty !== undefined && { mayBeEmpty }),
  });
  const catalog = config.gpu.use === 'off' ? withoutGpus(chosen.catalog, profiles) : chosen.catalog;
  const known = await knownModels(host, { config, catalog: chosen.catalog, refresh });
  const resolved = shared === undefined ? known : mergeResolved([shared, known]);
  return {
    config,
    named,
    profiles,
    catalog,
    state,
    resolved,
    usesGpus: usesGpus(catalog, profiles),
  };
}
