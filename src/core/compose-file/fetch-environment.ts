import type { RmaConfig } from '../model/config.ts';
import { HUB_TOKEN_SECRET } from '../model/secret-names.ts';
import { STORE_MOUNT } from '../models/layout.ts';
import { fromContainer, HOST_FROM_CONTAINER } from './host-address.ts';

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
const PLAIN = ['NO_PROXY', 'no_proxy', 'LOG_LEVEL'];

export interface FetchEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** values of `--add-host` */
  readonly extraHosts: readonly string[];
}

/** What a throw-away container needs to reach the hub. Tokens are never in it: it shows in `docker inspect`. */
export function fetchEnvironment(
  config: RmaConfig,
  environment: Readonly<Record<string, string>>,
  hasToken: boolean,
): FetchEnvironment {
  const addresses = [['HF_ENDPOINT', config.hub.endpoint] as const, ...given(environment, PROXIES)];
  const rewritten = addresses.map(([name, address]) => [name, fromContainer(address)] as const);
  const needsHost = rewritten.some(([, { onHost }]) => onHost);
  return {
    variables: {
      MODEL_CACHE_DIR: STORE_MOUNT,
      HF_HOME: `${STORE_MOUNT}/huggingface`,
      ...Object.fromEntries(rewritten.map(([name, { url }]) => [name, url])),
      ...Object.fromEntries(given(environment, PLAIN)),
      ...(hasToken ? { HF_TOKEN_PATH: `/run/secrets/${HUB_TOKEN_SECRET}` } : {}),
    },
    extraHosts: needsHost ? [`${HOST_FROM_CONTAINER}:host-gateway`] : [],
  };
}

function given(
  environment: Readonly<Record<string, string>>,
  names: readonly string[],
): readonly (readonly [string, string])[] {
  return names.flatMap((name) => (environment[name] ? [[name, environment[name]] as const] : []));
}
