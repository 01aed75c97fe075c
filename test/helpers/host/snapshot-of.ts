import { type ContainerFacts, roleOf } from '../../../src/core/domain/container.ts';
import type { ObservedContainer } from '../../../src/core/domain/observed.ts';
import { NO_GPUS, type Snapshot } from '../../../src/core/domain/snapshot.ts';

/** Returns a host without containers, images, volumes and files, changed as given. */
export function snapshotOf(over: Partial<Snapshot> = {}): Snapshot {
  return {
    engine: {
      version: '28.3.3',
      apiVersion: '1.51',
      name: 'box',
      rootDir: '/var/lib/docker',
      memoryBytes: null,
      endpoint: 'unix:///var/run/docker.sock',
    },
    allContainers: over.containers ?? [],
    images: new Set(),
    volumes: new Map(),
    networks: [],
    reservations: [],
    files: new Map(),
    composeText: null,
    secrets: new Map(),
    secretsWrittenAt: new Map(),
    directories: new Map(),
    containers: [],
    gpus: NO_GPUS,
    processes: new Map(),
    ...over,
  };
}

/** Returns a container without any reported status, changed as given. */
export function observedOf(
  container: ContainerFacts,
  over: Partial<ObservedContainer> = {},
): ObservedContainer {
  return { ...container, role: roleOf(container), worker: null, engineFault: null, silence: null, ...over };
}
