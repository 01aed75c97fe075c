import { COORDINATOR_PORT } from '../domain/registration.ts';
import { HUB_TOKEN_SECRET, MS_TOKEN_SECRET, workerTokenSecret } from '../domain/secret-names.ts';
import type { SelectedProfile } from '../domain/selection.ts';
import { fromContainer } from '../host-address.ts';
import { STORE_MOUNT } from '../store/layout.ts';
import { NO_GPU, sorted } from './common-keys.ts';
import { type ContainerAddresses, containerAddresses } from './container-addresses.ts';
import { hubAddresses } from './hub-addresses.ts';
import type { RenderInput } from './render-input.ts';

const LOGGING = ['LOG_LEVEL', 'LOG_FILE'];

/**
 * The environment of a worker container. Tokens are never in it: it shows in `docker inspect`.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL exit 2
 */
export function workerEnvironment(input: RenderInput, profile: SelectedProfile): ContainerAddresses {
  const { config, environment, secrets, selection } = input;
  const token = workerTokenSecret(profile.name);
  const { variables, extraHosts } = containerAddresses({
    addresses: { ...hubAddresses(config), COORDINATOR_URL: coordinatorAddress(input) },
    environment,
    inside: ['coordinator', ...selection.services.map(({ service }) => service)],
  });
  const all = {
    ...NO_GPU,
    MODEL_CACHE_DIR: STORE_MOUNT,
    HF_HOME: `${STORE_MOUNT}/huggingface`,
    ...variables,
    ...tokenPaths(secrets),
    ...(secrets.has(token) ? { COORDINATOR_TOKEN_FILE: secretPath(token) } : {}),
    ...Object.fromEntries(LOGGING.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))),
  };
  return { variables: sorted(all), extraHosts };
}

/** The coordinator as workers reach it. */
export function coordinatorUrl(input: RenderInput): string {
  return fromContainer(coordinatorAddress(input)).url;
}

/** The variables that name the files of the hubs' tokens, where there are such secrets. */
export function tokenPaths(secrets: { has(name: string): boolean }): Readonly<Record<string, string>> {
  return {
    ...(secrets.has(HUB_TOKEN_SECRET) ? { HF_TOKEN_PATH: secretPath(HUB_TOKEN_SECRET) } : {}),
    ...(secrets.has(MS_TOKEN_SECRET) ? { MODELSCOPE_API_TOKEN_PATH: secretPath(MS_TOKEN_SECRET) } : {}),
  };
}

/** Where Compose mounts a secret. */
export function secretPath(name: string): string {
  return `/run/secrets/${name}`;
}

function coordinatorAddress({ config }: RenderInput): string {
  return config.coordinator.url ?? `http://coordinator:${COORDINATOR_PORT}`;
}
