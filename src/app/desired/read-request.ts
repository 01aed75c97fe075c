import { type KnownModels, NOTHING_KNOWN } from '../../core/store/resolved-file.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectFiles } from '../observe/project-files.ts';
import { type ChosenServices, chooseServices, type ServiceChoice } from './choose-services.ts';
import { readResolved } from './resolve-models.ts';
import { collectSecrets } from './secrets.ts';

export interface WishRequest extends ServiceChoice {
  /** ask the hubs again what the references mean */
  readonly refresh: boolean;
}

/** What a project asks for, as its own files say it. */
export interface Wish extends ChosenServices {
  readonly secrets: ReadonlyMap<string, string>;
  /** what references are known to mean */
  readonly known: KnownModels;
}

/**
 * Reads what the project asks for, without Docker and network: mistakes in it are told before anything else.
 * @throws RmaError of the data, the secrets and the generated files (2)
 */
export async function readWish(
  host: Pick<Host, 'name' | 'files'>,
  invocation: Pick<Invocation, 'environment' | 'catalog' | 'hubToken' | 'randomKey'>,
  request: WishRequest,
): Promise<Wish> {
  const { config } = request;
  const chosen = await chooseServices(host, invocation, request);
  const known = request.refresh ? NOTHING_KNOWN : await readResolved(host, projectFiles(config).resolved);
  const secrets = await collectSecrets(host, invocation, { config, selection: chosen.selection });
  return { ...chosen, secrets, known };
}
