import type { Owner, VolumeSpec } from '../core/model/config.ts';
import type { ModelCheck } from '../core/model/model-check.ts';
import type { PinnedModel } from '../core/model/pinned-model.ts';
import { STORE_MOUNT } from '../core/models/layout.ts';
import type { Box } from '../ports/box.ts';
import type { OneOff } from '../ports/docker-cli.ts';

/** What a throw-away worker container needs to reach the store. */
export interface StoreAccess {
  readonly image: string;
  readonly volume: VolumeSpec;
  readonly owner: Owner;
  readonly project: string;
}

/** What lies in a store, and how much room is beside it. */
export interface StoreCheck {
  readonly checks: readonly ModelCheck[];
  readonly freeBytes: number;
}

/** Looks at the store through a read-only mount, without a network. Null when the container could not look. */
export async function checkStore(
  box: Box,
  access: StoreAccess,
  models: readonly PinnedModel[],
): Promise<StoreCheck | null> {
  const outcome = await box.cli.oneOff({
    ...storeContainer(access, 'check', models),
    mounts: [`${storeMount(access.volume)},readonly`],
    env: {},
    extraHosts: [],
    network: false,
    signal: box.signal,
  });
  return outcome.exitCode === 0 ? (JSON.parse(outcome.stdout) as StoreCheck) : null;
}

/** The part of a throw-away container that is the same for every task on the store. */
export function storeContainer(
  access: StoreAccess,
  verb: 'check' | 'fetch',
  models: readonly PinnedModel[],
): Pick<OneOff, 'image' | 'argv' | 'stdin' | 'user' | 'labels'> {
  return {
    image: access.image,
    argv: ['rma-worker', verb],
    stdin: JSON.stringify({ models }),
    user: `${access.owner.uid}:${access.owner.gid}`,
    labels: { 'rma.one-off': access.project },
  };
}

/** The `--mount` value of the store. */
export function storeMount(volume: VolumeSpec): string {
  if (volume.type === 'host') return `type=bind,source=${volume.path},target=${STORE_MOUNT}`;
  return `type=volume,source=${volume.type === 'named' ? volume.name : volume.path},target=${STORE_MOUNT}`;
}
