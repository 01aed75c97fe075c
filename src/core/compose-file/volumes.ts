import { EXIT, RmaError } from '../errors.ts';
import { LABEL } from '../labels.ts';
import type { RmaConfig, VolumeSpec } from '../model/config.ts';
import type { DesiredVolume } from '../model/desired.ts';
import type { ComposeMapping } from './service-draft.ts';

/** Keys of the two volumes in the Compose file. */
export type VolumeKey = 'store' | 'cache';

/**
 * A mount of one of the two volumes.
 * @throws RmaError RMA_VOLUME_UNSUPPORTED exit 2 for a kind that is not rendered
 */
export function volumeMount(
  config: RmaConfig,
  key: VolumeKey,
  target: string,
  readOnly: boolean,
): ComposeMapping {
  const spec = config.volumes[key];
  const access = readOnly ? { read_only: true } : {};
  switch (spec.type) {
    case 'named':
      return { type: 'volume', source: key, target, ...access };
    case 'host':
      // Docker would make a missing folder as root, and nobody else could write there.
      return { type: 'bind', source: spec.path, target, ...access, bind: { create_host_path: false } };
    case 'nfs':
      throw unsupported(key, spec);
  }
}

/**
 * The declaration of a named volume: nothing but its name. Options and labels of an existing volume cannot change, and
 * Compose offers to delete a volume whose declaration did.
 */
export function volumeDeclarations(config: RmaConfig, keys: readonly VolumeKey[]): ComposeMapping {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const spec = config.volumes[key];
      return spec.type === 'named' ? [[key, { name: spec.name }]] : [];
    }),
  );
}

/** Named volumes to create, with Compose's own labels so that it knows them as its own. */
export function desiredVolumes(config: RmaConfig, keys: readonly VolumeKey[]): DesiredVolume[] {
  return keys.flatMap((key) => {
    const spec = config.volumes[key];
    if (spec.type !== 'named') return [];
    const labels = {
      [LABEL.project]: config.project,
      'com.docker.compose.project': config.project,
      'com.docker.compose.volume': key,
    };
    return [{ holds: key, name: spec.name, labels }];
  });
}

function unsupported(key: VolumeKey, spec: Extract<VolumeSpec, { type: 'nfs' }>): RmaError {
  return new RmaError(
    'RMA_VOLUME_UNSUPPORTED',
    `volumes.${key}: this version has no nfs volumes (nfs:${spec.server}:${spec.path})`,
    {
      exitCode: EXIT.usage,
      hint: 'mount the export on the host and use host:PATH, or use named:NAME',
    },
  );
}
