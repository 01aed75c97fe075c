import { EXIT, RmaError } from '../errors.ts';
import { COORDINATOR_PORT } from '../model/registration.ts';
import { HUB_TOKEN_SECRET, workerTokenSecret } from '../model/secret-names.ts';
import type { SelectedProfile } from '../model/selection.ts';
import { STORE_MOUNT } from '../models/layout.ts';
import { NO_GPU, sorted } from './common-keys.ts';
import { fromContainer, HOST_FROM_CONTAINER, hasCredentials } from './host-address.ts';
import type { RenderInput } from './render-input.ts';

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
const LOGGING = ['LOG_LEVEL', 'LOG_FILE'];

export interface WorkerEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** true when an address in it leads to the host */
  readonly needsHost: boolean;
}

/**
 * The environment of a worker container. Tokens are never in it: it shows in `docker inspect`.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL exit 2
 */
export function workerEnvironment(input: RenderInput, profile: SelectedProfile): WorkerEnvironment {
  const { config, environment, secrets } = input;
  const token = workerTokenSecret(profile.name);
  const addresses: Record<string, string> = { HF_ENDPOINT: config.hub.endpoint };
  if (config.coordinator.url !== null) addresses['COORDINATOR_URL'] = config.coordinator.url;
  for (const name of PROXIES) if (environment[name]) addresses[name] = environment[name];
  for (const [name, address] of Object.entries(addresses)) refuseCredentials(name, address);
  const rewritten = Object.entries(addresses).map(
    ([name, address]) => [name, fromContainer(address)] as const,
  );
  const needsHost = rewritten.some(([, { onHost }]) => onHost);
  const variables = {
    ...NO_GPU,
    MODEL_CACHE_DIR: STORE_MOUNT,
    HF_HOME: `${STORE_MOUNT}/huggingface`,
    COORDINATOR_URL: coordinatorUrl(input),
    ...Object.fromEntries(rewritten.map(([name, { url }]) => [name, url])),
    ...(secrets.has(HUB_TOKEN_SECRET) ? { HF_TOKEN_PATH: secretPath(HUB_TOKEN_SECRET) } : {}),
    ...(secrets.has(token) ? { COORDINATOR_TOKEN_FILE: secretPath(token) } : {}),
    ...noProxy(input, needsHost),
    ...Object.fromEntries(LOGGING.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))),
  };
  return { variables: sorted(variables), needsHost };
}

/** The coordinator as workers reach it. */
export function coordinatorUrl({ config }: RenderInput): string {
  const { url } = config.coordinator;
  return url === null ? `http://coordinator:${COORDINATOR_PORT}` : fromContainer(url).url;
}

/** Where Compose mounts a secret. */
export function secretPath(name: string): string {
  return `/run/secrets/${name}`;
}

/** With a proxy set, requests inside the Compose network and to the host must not go through it. */
function noProxy({ environment, selection }: RenderInput, needsHost: boolean): Record<string, string> {
  if (!PROXIES.some((name) => environment[name])) return {};
  const asked = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(',');
  const ours = ['localhost', '127.0.0.1', 'coordinator', ...selection.services.map(({ service }) => service)];
  const all = [...asked, ...ours, ...(needsHost ? [HOST_FROM_CONTAINER] : [])].map((name) => name.trim());
  const list = [...new Set(all.filter((name) => name !== ''))].join(',');
  return { NO_PROXY: list, no_proxy: list };
}

function refuseCredentials(name: string, address: string): void {
  if (!hasCredentials(address)) return;
  throw new RmaError(
    'RMA_CONFIG_SECRET_IN_URL',
    `${name} carries a user name or password (${address}), which would stand in the Compose file and in docker inspect`,
    { exitCode: EXIT.usage, hint: `give ${name} without user name and password` },
  );
}
