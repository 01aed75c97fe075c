import type { RmaConfig } from '../../core/domain/config.ts';
import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import { COORDINATOR_CA_SECRET, workerTokenSecret } from '../../core/domain/secret-names.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { coordinatorAddress } from '../../core/hosts/coordinator-address.ts';
import { coordinatorHost } from '../../core/hosts/coordinator-host.ts';
import { bracketed } from '../../core/network/listen-address.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import {
  accessBySecrets,
  type CoordinatorAccess,
  type CoordinatorSecrets,
  coordinatorSecrets,
} from '../desired/coordinator-access.ts';
import { externalTokens } from '../desired/own-coordinator.ts';
import { readProjectState } from '../desired/project-state.ts';
import { projectFiles } from '../observe/project-files.ts';

/** A host with the configuration that applies there. */
export interface ConfiguredHost {
  readonly host: Pick<Host, 'name' | 'files'>;
  readonly config: RmaConfig;
}

export interface CoordinatorAccessRequest {
  /** of the whole project */
  readonly config: RmaConfig;
  /** the hosts of the plan with workers, and that of the coordinator if the plan includes it */
  readonly hosts: readonly ConfiguredHost[];
  /** Connects to a host that is not in the plan. */
  readonly open: (name: string) => Promise<ConfiguredHost>;
  /** replaces the key, the certificates and all tokens */
  readonly rotate?: boolean | undefined;
}

/** The coordinator as one host sees it. */
export interface HostCoordinator {
  /** for the configuration of the host: one of the hosts runs the coordinator, the others have its URL */
  readonly settings: RmaConfig['coordinator'];
  /** undefined: an external coordinator, of which the settings have everything */
  readonly access: CoordinatorAccess | undefined;
}

/**
 * Returns how each host of a plan reaches the coordinator. Its key and its certificates are files of its own host, where the
 * plan writes new ones. If that host does not respond, the workers of the others keep the tokens that they have.
 * @throws RmaError RMA_HOST_BIND (2); RMA_COORDINATOR_STOPPED (3) if the plan does not include a coordinator that has no key yet;
 * to replace it RMA_TOKEN_NONE (1), RMA_TOKEN_EXTERNAL (2), RMA_TOKEN_HOST (3)
 */
export async function coordinatorAccess(
  invocation: Pick<Invocation, 'randomKey' | 'authority'>,
  { config, hosts, open, rotate = false }: CoordinatorAccessRequest,
): Promise<(host: ConfiguredHost) => HostCoordinator> {
  const name = coordinatorHost(config);
  if (name === null) {
    if (rotate) throw externalTokens();
    return () => ({ settings: config.coordinator, access: undefined });
  }
  const own = config.hosts[name];
  const bind = own?.bind ?? config.bind;
  const others = hosts.flatMap(({ host }) => (host.name === name ? [] : [host.name]));
  const address = coordinatorAddress({ host: name, address: own?.address ?? null, bind, others });
  const planned = hosts.find(({ host }) => host.name === name);
  if (rotate && planned === undefined) throw notPlanned(name);
  const place = planned ?? (await open(name).catch(noResponse));
  const url = await urlOf(config, place, address);
  const secrets =
    place && (await secretsOf(invocation, { place, isPlanned: place === planned, address, rotate }));
  return ({ host, config: { project, stateDir } }) => {
    if (host.name === name && secrets !== null) {
      const access = accessBySecrets(secrets, { host: host.name, project });
      return { settings: { ...config.coordinator, url: null }, access };
    }
    const access =
      secrets === null
        ? keptAccess({ host, stateDir }, name)
        : remoteAccess(secrets, { host: host.name, project });
    return { settings: { ...config.coordinator, url }, access };
  };
}

function noResponse(error: unknown): null {
  if (error instanceof RmaError) return null;
  throw error;
}

interface CoordinatorPlace {
  readonly place: ConfiguredHost;
  readonly isPlanned: boolean;
  readonly address: string | null;
  readonly rotate: boolean;
}

async function secretsOf(
  invocation: Pick<Invocation, 'randomKey' | 'authority'>,
  { place: { host, config }, isPlanned, address, rotate }: CoordinatorPlace,
): Promise<CoordinatorSecrets> {
  const secrets = await coordinatorSecrets(host, invocation, { config, address, rotate });
  // only the plan of its own host writes new ones
  if (!isPlanned && !(await areWritten(host, config, secrets))) throw stopped(host.name);
  return secrets;
}

async function areWritten(
  { files }: ConfiguredHost['host'],
  config: RmaConfig,
  secrets: CoordinatorSecrets,
): Promise<boolean> {
  const folder = projectFiles(config).secrets;
  const same = await Promise.all(
    [...secrets].map(async ([name, value]) => (await files.read(`${folder}/${name}`)) === value),
  );
  return same.every((each) => each);
}

/** Returns the URL of the coordinator for other hosts; null if none needs it. */
async function urlOf(
  { coordinator }: Pick<RmaConfig, 'coordinator'>,
  place: ConfiguredHost | null,
  address: string | null,
): Promise<string | null> {
  if (address === null) return null;
  // as choosePorts does: the default port yields to the one that the coordinator already has
  const kept = place && (await readProjectState(place.host, place.config)).ports[COORDINATOR_SERVICE];
  const port = coordinator.port === COORDINATOR_PORT ? (kept ?? COORDINATOR_PORT) : coordinator.port;
  return `https://${bracketed(address)}:${port}`;
}

/** Returns the access of a host without the coordinator: its certificate and its key stay where they are. */
function remoteAccess(
  secrets: CoordinatorSecrets,
  worker: { readonly host: string; readonly project: string },
): CoordinatorAccess {
  const { token } = accessBySecrets(secrets, worker);
  const ca = secrets.get(COORDINATOR_CA_SECRET);
  if (ca === undefined) throw new Error('a coordinator of other hosts without TLS');
  return { secrets: async () => new Map([[COORDINATOR_CA_SECRET, ca]]), token };
}

/** Returns the access that a host already has. */
function keptAccess(
  { host, stateDir }: Pick<ConfiguredHost, 'host'> & Pick<RmaConfig, 'stateDir'>,
  coordinator: string,
): CoordinatorAccess {
  const folder = projectFiles({ stateDir }).secrets;
  const read = async (name: string): Promise<string> => {
    const value = await host.files.read(`${folder}/${name}`);
    if (value === null) throw noToken(host.name, coordinator);
    return value;
  };
  return {
    secrets: async () => new Map([[COORDINATOR_CA_SECRET, await read(COORDINATOR_CA_SECRET)]]),
    token: async (profile) => read(workerTokenSecret(profile)),
  };
}

function notPlanned(host: string): RmaError {
  return new RmaError(
    'RMA_TOKEN_HOST',
    `the coordinator's host ${host} is not part of the plan, so no token can be replaced`,
    {
      exitCode: EXIT.notReady,
      hint: `run the command for all hosts, when ${host} responds: rma token rotate`,
      details: { host },
    },
  );
}

function stopped(host: string): RmaError {
  return new RmaError('RMA_COORDINATOR_STOPPED', `the coordinator on ${host} is not started`, {
    exitCode: EXIT.notReady,
    hint: shell`start it first: rma up --host ${host}`,
    details: { host },
  });
}

function noToken(host: string, coordinator: string): RmaError {
  return new RmaError(
    'RMA_COORDINATOR_NO_TOKEN',
    `no token for a new worker on ${host}: the host ${coordinator} with the coordinator's key does not respond`,
    {
      exitCode: EXIT.notReady,
      hint: `run the command again when ${coordinator} responds, or set another host of the coordinator in rma.yaml: coordinator: { host: NAME }`,
      details: { host },
    },
  );
}
