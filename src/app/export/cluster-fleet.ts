import type { Owner, RmaConfig } from '../../core/domain/config.ts';
import { COORDINATOR_PORT, COORDINATOR_SERVICE } from '../../core/domain/registration.ts';
import {
  CA_SECRET,
  COORDINATOR_KEY_SECRET,
  PEER_TOKEN_SECRET,
  workerTokenSecret,
} from '../../core/domain/secret-names.ts';
import { buildFleet } from '../../core/fleet/build-fleet.ts';
import type { Fleet } from '../../core/fleet/service-spec.ts';
import { namespaceOf } from '../../core/kubernetes/kubernetes-input.ts';
import { CLUSTER_HOST } from '../../core/kubernetes/secrets.ts';
import { MAIN_SOURCES, mainSource } from '../../core/source/sources.ts';
import { contextLengthsOf, pinnedOf } from '../desired/desired-state.ts';
import type { PlacedServices } from '../desired/place-services.ts';

export const DEFAULT_OWNER: Owner = { uid: 1000, gid: 1000 };

/** Services have their own addresses, and nothing of this machine or shell is part of them. */
export function clusterFleet(
  { selection, placement, resolved }: PlacedServices,
  { config, workerImage }: { readonly config: RmaConfig; readonly workerImage: string },
): Fleet {
  const profiles = selection.profiles.map(({ name }) => name);
  const pinned = pinnedOf(selection, resolved.pinned);
  return buildFleet({
    config: {
      ...config,
      bind: '0.0.0.0',
      volumes: { ...config.volumes, cache: { type: 'named', name: 'cache' } },
    },
    selection,
    placement,
    pinned,
    contextLengths: contextLengthsOf(resolved),
    workerImage,
    host: CLUSTER_HOST,
    owner: config.owner ?? DEFAULT_OWNER,
    domain: namespaceOf(config.project, config.kubernetes),
    ports: new Map([
      [COORDINATOR_SERVICE, COORDINATOR_PORT],
      ...selection.services.flatMap(({ service, engine: { port } }) =>
        port === null ? [] : [[service, port] as const],
      ),
    ]),
    secrets: new Set(secretNames(config, profiles, [...pinned.values()])),
    environment: {},
  });
}

/** Returns the names of the secrets: those that the models and settings need, whatever this machine has. */
function secretNames(
  { coordinator, network }: RmaConfig,
  profiles: readonly string[],
  models: readonly { readonly source: string }[],
): readonly string[] {
  const sources = new Set(models.map(({ source }) => mainSource(source)));
  const tokens = MAIN_SOURCES.flatMap(({ id, token }) => (sources.has(id) ? (token?.secret ?? []) : []));
  const registers = coordinator.url === null || coordinator.tokenFile !== null;
  return [
    ...tokens,
    ...(coordinator.url === null ? [COORDINATOR_KEY_SECRET] : []),
    ...(registers ? profiles.map(workerTokenSecret) : []),
    ...(network.caFile === null ? [] : [CA_SECRET]),
    ...(network.peerTokenFile === null ? [] : [PEER_TOKEN_SECRET]),
  ];
}
