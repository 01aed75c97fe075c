import { downloadVariables } from '../config/download-variables.ts';
import type { RmaConfig } from '../domain/config.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { CA_SECRET, PEER_TOKEN_SECRET, PROXY_SECRET, secretPath } from '../domain/secret-names.ts';
import { EXIT, RmaError } from '../errors.ts';
import {
  type ContainerAddress,
  fromContainer,
  HOST_FROM_CONTAINER,
  hasCredentials,
} from '../host-address.ts';
import { formatEndpoints } from '../hub/endpoint-list.ts';
import { proxiesWithoutLogin } from '../network/proxy-file.ts';
import { isServedByHost } from '../source/describe-model.ts';
import { MAIN_SOURCES } from '../source/sources.ts';
import { STORE_MOUNT } from '../store/layout.ts';

type Variables = Readonly<Record<string, string>>;

export interface WorkerEnvironmentInput {
  readonly config: Pick<RmaConfig, 'hub' | 'network'>;
  /** of the caller: its proxy variables and LOG_LEVEL are passed on */
  readonly environment: Variables;
  /** models that the container downloads */
  readonly models: readonly PinnedModel[];
  /** names of the secrets that the container mounts */
  readonly secrets: { has(name: string): boolean };
  /** further variables with addresses as the host writes them */
  readonly addresses?: Variables;
  /** host names in the project's network, which no proxy must serve */
  readonly internalHosts?: readonly string[];
}

export interface ContainerEnvironment {
  readonly variables: Variables;
  /** host name by which some variable addresses the machine that runs the container; null: none does */
  readonly hostAlias: string | null;
}

/**
 * Returns the environment in which rma's image downloads models: where the store and the hubs are, and which files hold
 * the tokens. Tokens themselves never enter it: `docker inspect` shows the environment.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL (2)
 */
export function workerEnvironment(input: WorkerEnvironmentInput): ContainerEnvironment {
  const { config, environment, models, secrets, addresses = {}, internalHosts = [] } = input;
  const peers = config.network.peers.map(fromContainer);
  const onHost = models.some(isServedByHost) || peers.some((peer) => peer.onHost);
  const { variables, hostAlias } = containerAddresses(
    { ...hubAddresses(config, environment), ...addresses },
    environment,
    internalHosts,
  );
  return {
    variables: {
      MODEL_CACHE_DIR: STORE_MOUNT,
      HF_HOME: `${STORE_MOUNT}/huggingface`,
      ...variables,
      ...(config.hub.sources === undefined ? {} : { RMA_HUB_SOURCES: config.hub.sources.join(',') }),
      ...(onHost ? { RMA_HOST_ALIAS: HOST_FROM_CONTAINER } : {}),
      ...(peers.length > 0 ? { RMA_PEERS: peers.map(({ url }) => url).join(',') } : {}),
      ...(secrets.has(PEER_TOKEN_SECRET) ? { RMA_PEER_TOKEN_FILE: secretPath(PEER_TOKEN_SECRET) } : {}),
      ...(environment['LOG_LEVEL'] ? { LOG_LEVEL: environment['LOG_LEVEL'] } : {}),
      ...downloadVariables(config.network, environment),
      ...tokenFiles(secrets),
      ...(secrets.has(PROXY_SECRET) ? { RMA_PROXY_FILE: secretPath(PROXY_SECRET) } : {}),
      // Node.js reads it, for the coordinator too
      ...(secrets.has(CA_SECRET) ? { NODE_EXTRA_CA_CERTS: secretPath(CA_SECRET) } : {}),
    },
    hostAlias: onHost ? HOST_FROM_CONTAINER : hostAlias,
  };
}

/** Returns the variables with the paths of the tokens' files. */
function tokenFiles(secrets: WorkerEnvironmentInput['secrets']): Variables {
  const tokens = MAIN_SOURCES.flatMap(({ token }) =>
    token !== null && secrets.has(token.secret) ? [token] : [],
  );
  return Object.fromEntries(
    tokens.map(({ fileEnvironment, secret }) => [fileEnvironment, secretPath(secret)]),
  );
}

/**
 * Returns the variables with the addresses of sources' servers, as the host writes them. Defaults are left out, except
 * those that other programs read too.
 */
function hubAddresses({ hub }: Pick<RmaConfig, 'hub'>, environment: Variables): Variables {
  const addresses = MAIN_SOURCES.flatMap(({ id, endpoint }) => {
    if (endpoint === null) return [];
    const address = hub.endpoints[id] ?? environment[endpoint.environment] ?? endpoint.fallback;
    return address === endpoint.fallback && endpoint.shared !== true
      ? []
      : [[endpoint.environment, address] as const];
  });
  return Object.fromEntries(addresses);
}

/** Addresses and proxies as a container needs them: the host's loopback is replaced by the host's alias. */
function containerAddresses(
  addresses: Variables,
  environment: Variables,
  internalHosts: readonly string[],
): ContainerEnvironment {
  const proxies = Object.entries(proxiesWithoutLogin(environment));
  const all = [...Object.entries(addresses), ...proxies];
  for (const [name, addresses] of all) for (const each of addresses.split(',')) refuseCredentials(name, each);
  const rewritten = all.map(([name, text]) => [name, listFromContainer(text)] as const);
  return {
    variables: {
      ...Object.fromEntries(rewritten.map(([name, { url }]) => [name, url])),
      ...(proxies.length === 0 ? {} : noProxy(environment, internalHosts)),
    },
    hostAlias: rewritten.some(([, { onHost }]) => onHost) ? HOST_FROM_CONTAINER : null,
  };
}

/** Returns a list of addresses, as a container must write them. */
function listFromContainer(text: string): ContainerAddress {
  const items = text.split(',').map((each) => fromContainer(each.trim()));
  return { url: formatEndpoints(items.map(({ url }) => url)), onHost: items.some(({ onHost }) => onHost) };
}

/** Requests inside the project's network and to the host must not go through a proxy. */
function noProxy(environment: Variables, internalHosts: readonly string[]): Variables {
  const given = environment['no_proxy'] || environment['NO_PROXY'] || '';
  const names = [...given.split(/[\s,]+/), 'localhost', '127.0.0.1', HOST_FROM_CONTAINER, ...internalHosts];
  const list = [...new Set(names.filter((name) => name !== ''))].join(',');
  return { NO_PROXY: list, no_proxy: list };
}

function refuseCredentials(name: string, address: string): void {
  if (!hasCredentials(address)) return;
  throw new RmaError(
    'RMA_CONFIG_SECRET_IN_URL',
    `${name} contains a user name or password, which docker inspect would show`,
    { exitCode: EXIT.usage, hint: `set ${name} without user name and password` },
  );
}
