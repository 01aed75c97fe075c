import type { RmaConfig } from '../../core/domain/config.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import type { Fallback } from '../../ports/stored-models.ts';
import { storedModels } from '../fetch/stored-models.ts';
import type { VolumeHost, VolumeInvocation } from './run-in-volume.ts';
import { volumeModels } from './volume-models.ts';

/**
 * Returns the invocation with a store that answers where no hub does: the one in a directory, else that of the project's
 * volume. Nothing is read before it is needed.
 */
export function withFallback<I extends VolumeInvocation>(
  host: VolumeHost,
  invocation: I,
  {
    config,
    store = null,
  }: { readonly config: RmaConfig; readonly store?: Pick<ModelStore, 'recall' | 'read'> | null },
): I & { readonly fallback: Fallback } {
  const { offline, peers } = config.network;
  const stored = store === null ? volumeModels(host, invocation, config) : storedModels(store);
  return {
    ...invocation,
    fallback: { offline, peers: peers.length > 0, frozen: config.frozen, stored, unreachable: new Set() },
  };
}
