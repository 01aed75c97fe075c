import type { RmaConfig, VolumeRole, VolumeSource } from '../domain/config.ts';
import { sha256Hex } from '../hash.ts';

/** A volume as Docker mounts it. */
export type DockerVolume =
  | { readonly type: 'host'; readonly path: string }
  | {
      readonly type: 'volume';
      readonly name: string;
      /** options of the `local` driver; empty for a plain volume on the host's disk */
      readonly options: Readonly<Record<string, string>>;
    };

type VolumeSettings = Pick<RmaConfig, 'volumes' | 'nfsOptions'>;

/**
 * `hard`: with `soft`, a slow server causes read errors in memory-mapped weights. No `nolock`: it hides locks from other
 * hosts.
 */
export const SAFE_NFS_OPTIONS = 'nfsvers=4.2,hard,noatime,timeo=600,retrans=2';

const NFS_NAMES: Readonly<Record<VolumeRole, string>> = { store: 'rma-models-nfs', cache: 'rma-cache-nfs' };

/** Returns the Docker volume or host directory for a volume of the settings. */
export function volumeOf(settings: VolumeSettings, role: VolumeRole): DockerVolume {
  return dockerVolume(role, volumeSource(settings, role));
}

/** Returns where a volume's data is; NFS exports without `nfsOptions` get the safe mount options. */
export function volumeSource({ volumes, nfsOptions }: VolumeSettings, role: VolumeRole): VolumeSource {
  const spec = volumes[role];
  return spec.type === 'nfs' ? { ...spec, mountOptions: nfsOptions ?? SAFE_NFS_OPTIONS } : spec;
}

/** Returns the Docker volume or host directory for a source. An NFS volume has the same name in every project. */
export function dockerVolume(role: VolumeRole, source: VolumeSource): DockerVolume {
  switch (source.type) {
    case 'host':
      return { type: 'host', path: source.path };
    case 'named':
      return { type: 'volume', name: source.name, options: {} };
    case 'nfs':
      return nfsVolume(role, source);
  }
}

/** Docker cannot change the options of a volume, so the name contains their hash: new options, new volume, same data. */
function nfsVolume(
  role: VolumeRole,
  { server, path, mountOptions }: Extract<VolumeSource, { type: 'nfs' }>,
): DockerVolume {
  const address = server.replace(/^\[|\]$/g, '');
  const options = { type: 'nfs', o: `addr=${address},rw,${mountOptions}`, device: `:${path}` };
  const hash = sha256Hex(JSON.stringify(options)).slice(0, 8);
  return { type: 'volume', name: `${NFS_NAMES[role]}-${hash}`, options };
}
