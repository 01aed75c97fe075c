import type { RmaConfig } from '../../core/domain/config.ts';
import { HUB_TOKEN_SECRET, isOfNoContainer, workerTokenSecret } from '../../core/domain/secret-names.ts';
import { tokenOfVariable } from '../../core/hub/token-variable.ts';
import { MAIN_SOURCES, TOKEN_SECRETS } from '../../core/source/sources.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectFiles } from '../observe/project-files.ts';
import type { CoordinatorAccess } from './coordinator-access.ts';
import { networkSecrets } from './network-secrets.ts';

export interface SecretsRequest {
  readonly config: RmaConfig;
  /** whose workers need a token */
  readonly profiles: readonly string[];
  readonly coordinator: CoordinatorAccess;
}

/** What secrets are made of. */
export type SecretsInvocation = Pick<
  Invocation,
  'environment' | 'hubToken' | 'certificates' | 'peerToken' | 'randomKey' | 'authority'
>;

/**
 * The values of the secrets that the stack reads, by name: they go to files below `secrets/` and nowhere else.
 * @throws RmaError RMA_TOKEN_FILE_MISSING, RMA_PROXY_INVALID, RMA_CA_FILE_INVALID (2)
 */
export async function collectSecrets(
  host: Pick<Host, 'name' | 'files' | 'localFiles'>,
  invocation: SecretsInvocation,
  { config, profiles, coordinator }: SecretsRequest,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  const tokens = await hubTokens(invocation);
  for (const name of TOKEN_SECRETS) {
    const token = tokens.get(name) ?? (await keptToken(host, config, name));
    if (token !== null) secrets.set(name, token);
  }
  for (const [name, value] of await networkSecrets(invocation)) secrets.set(name, value);
  for (const [name, value] of await coordinator.secrets()) secrets.set(name, value);
  for (const name of profiles) {
    const token = await coordinator.token(name);
    if (token !== null) secrets.set(workerTokenSecret(name), token);
  }
  return secrets;
}

/**
 * Does one thing with the hubs' tokens, proxies and certificates in their secrets files, and removes those again that did
 * not exist: a running stack reads them.
 */
export async function withHubTokens<T>(
  host: Pick<Host, 'files'>,
  invocation: Pick<Invocation, 'environment' | 'hubToken' | 'certificates' | 'peerToken'>,
  { config, work }: { readonly config: RmaConfig; readonly work: () => Promise<T> },
): Promise<T> {
  const folder = projectFiles(config).secrets;
  const written: string[] = [];
  try {
    const network = await networkSecrets(invocation);
    for (const [name, value] of [...(await hubTokens(invocation)), ...network]) {
      const path = `${folder}/${name}`;
      const isNew = (await host.files.facts(path)) === null;
      // a token is kept until `down`; proxies and certificates are those of this shell
      if (!isNew && (!network.has(name) || (await host.files.read(path)) === value)) continue;
      if (isNew) written.push(path);
      await writeSecret(host, config, { name, value });
    }
    return await work();
  } finally {
    for (const path of written) await host.files.remove(path);
  }
}

/**
 * Writes a secret. The directory is private to the user; the mode of the file lets the uids of containers read their mounts.
 */
export async function writeSecret(
  host: Pick<Host, 'files'>,
  config: RmaConfig,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<void> {
  const folder = projectFiles(config).secrets;
  await host.files.createDirectory(folder, 0o700);
  await host.files.write(`${folder}/${name}`, value, isOfNoContainer(name) ? 0o400 : 0o444);
}

/** Returns the tokens for hubs that this shell has, by the name of their secret. */
export async function hubTokens(
  invocation: Pick<Invocation, 'environment' | 'hubToken'>,
): Promise<ReadonlyMap<string, string>> {
  const tokens = new Map<string, string>();
  const hub = await invocation.hubToken();
  if (hub !== null) tokens.set(HUB_TOKEN_SECRET, hub.value);
  for (const { token } of MAIN_SOURCES) {
    if (token === null || token.secret === HUB_TOKEN_SECRET) continue;
    const value = tokenOfVariable(token.environment, invocation.environment);
    if (value !== null) tokens.set(token.secret, value);
  }
  return tokens;
}

/** Returns the hub token; without one in the environment, the stored token is kept until `down`. */
async function keptToken(host: Pick<Host, 'files'>, config: RmaConfig, name: string): Promise<string | null> {
  return host.files.read(`${projectFiles(config).secrets}/${name}`);
}
