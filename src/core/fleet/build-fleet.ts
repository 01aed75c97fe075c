import { volumeSource } from '../docker/volume-of.ts';
import type { VolumeRole } from '../domain/config.ts';
import { coordinatorSpec } from './coordinator-spec.ts';
import { engineSpec } from './engine-spec.ts';
import type { FleetInput } from './fleet-input.ts';
import type { Fleet } from './service-spec.ts';
import { workerSpec } from './worker-spec.ts';

/**
 * Returns the services of one project on one host: the coordinator, then each profile's worker and engines. The same input
 * always gives the same fleet.
 * @throws RmaError RMA_CONFIG_SECRET_IN_URL (2)
 */
export function buildFleet(input: FleetInput): Fleet {
  const { config, selection } = input;
  const hasCache = selection.services.some(({ engine }) => engine.cachePath !== null);
  const roles: readonly VolumeRole[] = hasCache ? ['store', 'cache'] : ['store'];
  return {
    project: config.project,
    services: [
      ...(config.coordinator.url === null ? [coordinatorSpec(input)] : []),
      ...selection.profiles.flatMap((profile) => [
        workerSpec(input, profile),
        ...selection.services
          .filter((service) => service.profile === profile.name)
          .map((service) => engineSpec(input, profile, service)),
      ]),
    ],
    volumes: roles.map((role) => ({ role, source: volumeSource(config, role) })),
  };
}
