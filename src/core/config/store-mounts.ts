import type { RmaConfig, VolumeSpec } from '../domain/config.ts';
import type { ExtraVolume } from '../domain/profile.ts';
import { overlaps } from '../path-within.ts';
import { extraVolumeText } from './extra-volume.ts';
import type { ConfigFault } from './fault.ts';

/** Returns a fault for each mount through which an engine could change the models or the caches of other engines. */
export function writableStoreMounts({
  services,
  volumes,
}: Pick<RmaConfig, 'services' | 'volumes'>): readonly ConfigFault[] {
  return Object.entries(services ?? {}).flatMap(([name, { where, extraVolumes }]) =>
    (extraVolumes ?? [])
      .filter((volume) => !volume.readOnly && Object.values(volumes).some((own) => isIn(volume.source, own)))
      .map((volume) => ({
        where,
        message: `services.${name}: extra_volumes: engines only read the volumes of rma; use ${extraVolumeText({ ...volume, readOnly: true })}`,
      })),
  );
}

/** Returns whether a source is a volume of rma, or a directory that contains it or is part of it. */
function isIn(source: ExtraVolume['source'], own: VolumeSpec): boolean {
  if (source.type === 'named') return own.type === 'named' && own.name === source.name;
  return own.type === 'host' && overlaps(source.path, own.path);
}
