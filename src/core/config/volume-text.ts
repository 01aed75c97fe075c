import type { VolumeSpec } from '../domain/config.ts';

/** Returns a volume as rma.yaml writes it. */
export function volumeText(volume: VolumeSpec): string {
  switch (volume.type) {
    case 'named':
      return `named:${volume.name}`;
    case 'host':
      return `host:${volume.path}`;
    case 'nfs':
      return `nfs:${volume.server}:${volume.path}`;
  }
}
