import { volumeOf } from '../../core/docker/volume-of.ts';
import type { RmaConfig } from '../../core/domain/config.ts';

/** Returns the message for a project whose store does not exist yet. */
export function missingStoreText(config: RmaConfig): string {
  const volume = volumeOf(config, 'store');
  const store = volume.type === 'host' ? `directory ${volume.path}` : `volume ${volume.name}`;
  return `The ${store} does not exist yet; rma up and rma models pull create it.`;
}
