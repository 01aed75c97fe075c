import type { RmaConfig } from '../../core/domain/config.ts';
import { NOTHING_RESOLVED, type ResolvedModels } from '../../core/domain/resolved-models.ts';
import { usesGpus } from '../../core/profile/uses-gpus.ts';
import { withoutGpus } from '../../core/profile/without-gpus.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectFiles } from '../observe/project-files.ts';
import { type ChosenServices, chooseServices, type ServiceChoice } from './choose-services.ts';
import { readResolved } from './resolve-models.ts';
import { collectSecrets } from './secrets.ts';

export interface RequestOptions extends ServiceChoice {
  /** resolve the models again */
  readonly refresh: boolean;
}

/** What a project requests: by its files, its settings and the command line. */
export interface ProjectRequest extends Pick<ChosenServices, 'state' | 'catalog' | 'profiles'> {
  readonly config: RmaConfig;
  /** profiles named on the command line, which it acts on; none: all */
  readonly named: readonly string[];
  /** what earlier commands resolved */
  readonly resolved: ResolvedModels;
  readonly secrets: ReadonlyMap<string, string>;
  /** whether a service can use a GPU */
  readonly usesGpus: boolean;
}

/**
 * Reads what a project requests, without Docker and network: mistakes in it are reported before anything else.
 * @throws RmaError of the data, the settings, the secrets and the generated files (2)
 */
export async function readRequest(
  host: Pick<Host, 'name' | 'files'>,
  invocation: Pick<Invocation, 'environment' | 'catalog' | 'hubToken' | 'certificates' | 'randomKey'>,
  { config, profiles: named, refresh }: RequestOptions,
): Promise<ProjectRequest> {
  const { state, profiles, ...chosen } = await chooseServices(host, invocation, { config, profiles: named });
  const catalog = config.gpu.use === 'off' ? withoutGpus(chosen.catalog, profiles) : chosen.catalog;
  const resolved = refresh ? NOTHING_RESOLVED : await readResolved(host, projectFiles(config).resolved);
  const secrets = await collectSecrets(host, invocation, { config, profiles });
  return {
    config,
    named,
    profiles,
    catalog,
    state,
    resolved,
    secrets,
    usesGpus: usesGpus(catalog, profiles),
  };
}
