import { EXIT, RmaError } from '../errors.ts';
import { fromContainer, HOST_FROM_CONTAINER, hasCredentials } from '../host-address.ts';

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'];

export interface AddressQuestion {
  /** variable → address, as the host has it */
  readonly addresses: Readonly<Record<string, string>>;
  /** of the caller: its proxy variables are passed on */
  readonly environment: Readonly<Record<string, string>>;
  /** names inside the Compose network, never asked through a proxy */
  readonly inside: readonly string[];
}

export interface ContainerAddresses {
  readonly variables: Readonly<Record<string, string>>;
  /** lines of `extra_hosts`, or values of `--add-host` */
  readonly extraHosts: readonly string[];
}

/**
 * The addresses and proxies as a container needs them: what lies on the host's loopback is reached by the host's name.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL exit 2: the environment of a container shows in `docker inspect`
 */
export function containerAddresses({ addresses, environment, inside }: AddressQuestion): ContainerAddresses {
  const proxies = PROXIES.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
  const all = [...Object.entries(addresses), ...proxies];
  for (const [name, address] of all) refuseCredentials(name, address);
  const rewritten = all.map(([name, address]) => [name, fromContainer(address)] as const);
  const needsHost = rewritten.some(([, { onHost }]) => onHost);
  return {
    variables: {
      ...Object.fromEntries(rewritten.map(([name, { url }]) => [name, url])),
      ...(proxies.length === 0 ? {} : noProxy(environment, inside)),
    },
    extraHosts: needsHost ? [`${HOST_FROM_CONTAINER}:host-gateway`] : [],
  };
}

/** With a proxy set, requests inside the Compose network and to the host must not go through it. */
function noProxy(
  environment: Readonly<Record<string, string>>,
  inside: readonly string[],
): Record<string, string> {
  const asked = (environment['NO_PROXY'] || environment['no_proxy'] || '')
    .split(',')
    .map((name) => name.trim());
  const names = [...asked, 'localhost', '127.0.0.1', HOST_FROM_CONTAINER, ...inside];
  const list = [...new Set(names.filter((name) => name !== ''))].join(',');
  return { NO_PROXY: list, no_proxy: list };
}

function refuseCredentials(name: string, address: string): void {
  if (!hasCredentials(address)) return;
  throw new RmaError(
    'RMA_CONFIG_SECRET_IN_URL',
    `${name} carries a user name or password, which would show in docker inspect`,
    { exitCode: EXIT.usage, hint: `give ${name} without user name and password` },
  );
}
