import type { RmaConfig } from '../../core/domain/config.ts';
import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import {
  CA_SECRET,
  COORDINATOR_KEY_SECRET,
  PEER_TOKEN_SECRET,
  workerTokenSecret,
} from '../../core/domain/secret-names.ts';
import { buildFleet } from '../../core/fleet/build-fleet.ts';
import type { Fleet } from '../../core/fleet/service-spec.ts';
import { MAIN_SOURCES, mainSource } from '../../core/source/sources.ts';
import { contextLengthsOf, pinnedOf } from '../desired/desired-state.ts';
import type { PlacedServices } from '../desired/place-services.ts';
import type { ServiceRequest } from '../desired/read-request.ts';

/** The owner of the store if the settings name none. */
export const DEFAULT_OWNER = { uid: 1000, gid: 1000 };

/** What differs between the targets of an export. */
export interface ClusterTarget {
  readonly config: RmaConfig;
  readonly workerImage: string;
  /** name of the cluster in registrations */
  readonly host: string;
  /** services have the host names `SERVICE.<domain>` */
  readonly domain: string;
  /** whether a hub has a secret with a token */
  readonly usesToken: (secret: string) => boolean;
}

/** Returns the services on a cluster: with their addresses there, and no settings of this machine or shell. */
export function clusterFleet(
  { selection, placement, resolved }: PlacedServices,
  { config, workerImage, host, domain, usesToken }: ClusterTarget,
): Fleet {
  const profiles = selection.profiles.map(({ name }) => name);
  const pinned = pinnedOf(selection, resolved.pinned);
  return buildFleet({
    config: { ...config, bind: '0.0.0.0' },
    selection,
    placement,
    pinned,
    contextLengths: contextLengthsOf(resolved),
    workerImage,
    host,
    owner: config.owner ?? DEFAULT_OWNER,
    domain,
    ports: new Map([
      [COORDINATOR_SERVICE, COORDINATOR_PORT],
      ...selection.services.flatMap(({ service, engine: { port } }) =>
        port === null ? [] : [[service, port] as const],
      ),
    ]),
    secrets: new Set(secretNames(config, profiles, tokenSecrets([...pinned.values()]).filter(usesToken))),
    environment: {},
  });
}

/** Returns the names of the secrets with the tokens of the hubs of models. */
function tokenSecrets(models: readonly { readonly source: string }[]): readonly string[] {
  const sources = new Set(models.map(({ source }) => mainSource(source)));
  return MAIN_SOURCES.flatMap(({ id, token }) => (sources.has(id) ? (token?.secret ?? []) : []));
}

/** Returns the names of the secrets: those that the models and settings need. */
function secretNames(
  { coordinator, network }: RmaConfig,
  profiles: readonly string[],
  tokens: readonly string[],
): readonly string[] {
  const registers = coordinator.url === null || coordinator.tokenFile !== null;
  return [
    ...tokens,
    ...(coordinator.url === null ? [COORDINATOR_KEY_SECRET] : []),
    ...(registers ? profiles.map(workerTokenSecret) : []),
    ...(network.caFile === null ? [] : [CA_SECRET]),
    ...(network.peerTokenFile === null ? [] : [PEER_TOKEN_SECRET]),
  ];
}

/** Returns the profiles in use whose files name GPUs instead of a number. */
export function namedGpus({ catalog }: ServiceRequest, { selection }: PlacedServices): readonly string[] {
  return selection.profiles
    .map(({ name }) => name)
    .filter((name) =>
      catalog.profiles
        .get(name)
        ?.variants.some(({ services }) => services.some(({ gpus }) => typeof gpus !== 'number')),
    );
}
