import type { RmaConfig } from '../domain/config.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { type ContainerAddresses, containerAddresses } from './container-addresses.ts';
import { hubAddresses } from './hub-addresses.ts';
import { tokenPaths } from './worker-environment.ts';

/**
 * What a throw-away container needs to reach the hub. Tokens are never in it: it shows in `docker inspect`.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL exit 2
 */
export function fetchEnvironment(
  config: RmaConfig,
  environment: Readonly<Record<string, string>>,
  secrets: { has(name: string): boolean },
): ContainerAddresses {
  const addresses = hubAddresses(config);
  const { variables, extraHosts } = containerAddresses({ addresses, environment, inside: [] });
  return {
    variables: {
      MODEL_CACHE_DIR: STORE_MOUNT,
      HF_HOME: `${STORE_MOUNT}/huggingface`,
      ...variables,
      ...(environment['LOG_LEVEL'] ? { LOG_LEVEL: environment['LOG_LEVEL'] } : {}),
      ...tokenPaths(secrets),
    },
    extraHosts,
  };
}
