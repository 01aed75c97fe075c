import type { VolumeFacts } from '../../../src/core/domain/docker-engine.ts';
import type { ContainerMount, VolumeProbe, VolumeReading } from '../../../src/core/domain/volume.ts';
import { type HostVolumes, volumeEntry } from '../../../src/core/volume/volume-entry.ts';
import type { CheckedVolume } from '../../../src/core/volume/volume-findings.ts';

const NONE = { count: 0, first: [] };

export const GOOD_READING: VolumeReading = {
  uid: 1000,
  gid: 1000,
  mode: 0o2775,
  fileSystem: 'ext4',
  mountOptions: 'relatime,rw',
  usedBytes: 4096,
  files: 3,
  sizeBytes: 100 * 2 ** 30,
  freeBytes: 50 * 2 ** 30,
  inodes: { total: 1000, free: 900 },
  unreadable: NONE,
};

export const GOOD_PROBE: VolumeProbe = { fault: null, unwritable: NONE };

/** Returns a Docker volume. */
export function volumeOf(name: string, over: Partial<VolumeFacts> = {}): VolumeFacts {
  return { name, driver: 'local', options: {}, labels: {}, mountpoint: `/docker/${name}`, ...over };
}

/** Returns a running service of the project `demo` with the store. */
export function mountOf(over: Partial<ContainerMount> = {}): ContainerMount {
  return {
    container: 'demo-a-worker-1',
    project: 'demo',
    service: 'a-worker',
    running: true,
    kind: 'volume',
    source: 'rma-models',
    path: '/models',
    readOnly: false,
    ...over,
  };
}

/** Returns the volumes of a host whose project has the default settings. */
export function hostVolumesOf(
  over: Partial<Omit<HostVolumes, 'volumes'>> & { readonly volumes?: readonly VolumeFacts[] } = {},
): HostVolumes {
  const { volumes = [], ...rest } = over;
  return {
    config: {
      project: 'demo',
      volumes: { store: { type: 'named', name: 'rma-models' }, cache: { type: 'named', name: 'rma-cache' } },
      nfsOptions: null,
    },
    mounts: [],
    directories: new Set(),
    ...rest,
    volumes: new Map(volumes.map((volume) => [volume.name, volume])),
  };
}

/** Returns a checked store without a finding, changed as given. */
export function checkedOf(over: Partial<CheckedVolume> = {}): CheckedVolume {
  return {
    role: 'store',
    entry: volumeEntry(hostVolumesOf({ volumes: [volumeOf('rma-models')] }), 'rma-models'),
    writer: { uid: 1000, gid: 1000 },
    reading: GOOD_READING,
    probe: GOOD_PROBE,
    mountFault: null,
    image: 'rma-worker:1',
    ...over,
  };
}
