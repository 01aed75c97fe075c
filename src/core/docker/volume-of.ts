import { createHash } from 'node:crypto';
import type { RmaConfig, VolumeSpec } from '../domain/config.ts';

/** Keys of the two volumes in the settings and in the Compose file. */
export type VolumeKey = 'store' | 'cache';

/** A place for models or caches as Docker knows it. */
export type DockerVolume =
  | { readonly type: 'host'; readonly path: string }
  | {
      readonly type: 'volume';
      readonly name: string;
      /** of Docker's driver `local`; empty for a plain volume on the host's disk */
      readonly options: Readonly<Record<string, string>>;
    };

/**
 * `hard`: with `soft` a slow server gives read errors into weights that are mapped into memory. No `nolock` either: it
 * hides the locks of other hosts.
 */
export const SAFE_NFS_OPTIONS = 'nfsvers=4.2,hard,noatime,timeo=600,retrans=2';

const NFS_NAMES: Readonly<Record<VolumeKey, string>> = { store: 'rma-models-nfs', cache: 'rma-cache-nfs' };

/** The folder or volume of the settings. An NFS export is a volume of its own name, whatever the project is called. */
export function volumeOf(config: Pick<RmaConfig, 'volumes' | 'nfsOptions'>, key: VolumeKey): DockerVolume {
  const spec = config.volumes[key];
  switch (spec.type) {
    case 'host':
      return { type: 'host', path: spec.path };
    case 'named':
      return { type: 'volume', name: spec.name, options: {} };
    case 'nfs':
      return nfsVolume(key, spec, config.nfsOptions ?? SAFE_NFS_OPTIONS);
  }
}

/** Options of a volume never change, so its name says which they are: other options, another volume, the same data. */
function nfsVolume(
  key: VolumeKey,
  { server, path }: Extract<VolumeSpec, { type: 'nfs' }>,
  mountOptions: string,
): DockerVolume {
  const address = server.replace(/^\[|\]$/g, '');
  const options = { type: 'nfs', o: `addr=${address},rw,${mountOptions}`, device: `:${path}` };
  const hash = createHash('sha256').update(JSON.stringify(options)).digest('hex').slice(0, 8);
  return { type: 'volume', name: `${NFS_NAMES[key]}-${hash}`, options };
}
