import { type DockerVolume, type VolumeKey, volumeOf } from '../docker/volume-of.ts';
import type { RmaConfig } from '../domain/config.ts';
import type { DesiredVolume } from '../domain/desired.ts';
import { LABEL } from '../labels.ts';
import type { ComposeMapping } from './service-draft.ts';

/** A mount of one of the two volumes. */
export function volumeMount(
  config: RmaConfig,
  key: VolumeKey,
  target: string,
  readOnly: boolean,
): ComposeMapping {
  const volume = volumeOf(config, key);
  const access = readOnly ? { read_only: true } : {};
  if (volume.type === 'host') {
    // Docker would make a missing folder as root, and nobody else could write there.
    return { type: 'bind', source: volume.path, target, ...access, bind: { create_host_path: false } };
  }
  // Into an empty volume Docker copies what the image has there, with its owners: a server that squashes root refuses.
  const copy = hasOptions(volume) ? { volume: { nocopy: true } } : {};
  return { type: 'volume', source: key, target, ...access, ...copy };
}

/**
 * The declaration of each volume, without labels. Compose offers to delete a volume whose declaration changed: a plain
 * one has nothing but its name, one with options has them in its name.
 */
export function volumeDeclarations(config: RmaConfig, keys: readonly VolumeKey[]): ComposeMapping {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const volume = volumeOf(config, key);
      if (volume.type === 'host') return [];
      const options = hasOptions(volume) ? { driver: 'local', driver_opts: volume.options } : {};
      return [[key, { name: volume.name, ...options }]];
    }),
  );
}

/** Volumes to create, with Compose's own labels so that it knows them as its own. */
export function desiredVolumes(config: RmaConfig, keys: readonly VolumeKey[]): DesiredVolume[] {
  return keys.flatMap((key) => {
    const volume = volumeOf(config, key);
    if (volume.type === 'host') return [];
    const labels = {
      [LABEL.project]: config.project,
      'com.docker.compose.project': config.project,
      'com.docker.compose.volume': key,
    };
    return [{ holds: key, name: volume.name, options: volume.options, labels }];
  });
}

function hasOptions({ options }: Extract<DockerVolume, { type: 'volume' }>): boolean {
  return Object.keys(options).length > 0;
}
