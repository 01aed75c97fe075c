import type { DockerVolume } from '../../core/docker/volume-of.ts';
import type { Owner } from '../../core/domain/config.ts';
import type { ModelCheck } from '../../core/domain/model-check.ts';
import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import type { Box } from '../../ports/box.ts';
import type { OneOff } from '../../ports/docker-cli.ts';

/** What a throw-away worker container needs to reach the store. */
export interface StoreAccess {
  readonly image: string;
  readonly volume: DockerVolume;
  readonly owner: Owner;
  readonly project: string;
}

/** What lies in a store, and how much room is beside it. */
export interface StoreCheck {
  readonly checks: readonly ModelCheck[];
  readonly freeBytes: number;
}

/** Looks at the store through a read-only mount, without a network. Null when the container could not look. */
async function checkStore(
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

/** What lies in the store: nothing when it is not there yet; null when only a missing image could look. */
export async function lookIntoStore(
  box: Box,
  access: StoreAccess,
  models: readonly PinnedModel[],
): Promise<StoreCheck | null> {
  if (await storeExists(box, access)) {
    return (await box.docker.hasImage(access.image)) ? checkStore(box, access, models) : null;
  }
  const freeBytes = await freeBytesBeside(box, access);
  return freeBytes === null ? null : { checks: models.map(nothingOf), freeBytes };
}

/** From this machine: exact for a host folder, and for volumes as long as the engine's folder is here too. */
export async function freeBytesBeside(box: Box, access: StoreAccess): Promise<number | null> {
  if (access.volume.type === 'host') return box.files.freeBytes(access.volume.path);
  if (Object.keys(access.volume.options).length > 0) return null; // it lies on a server
  const { rootDir } = await box.docker.facts();
  return (await box.files.facts(rootDir)) === null ? null : box.files.freeBytes(rootDir);
}

async function storeExists(box: Box, { volume }: StoreAccess): Promise<boolean> {
  if (volume.type === 'host') return (await box.files.facts(volume.path)) !== null;
  return (await box.docker.volume(volume.name)) !== null;
}

function nothingOf(model: PinnedModel): ModelCheck {
  const bytes = pinnedBytes(model);
  return { ref: model.ref, state: 'missing', missing: model.files, totalBytes: bytes, missingBytes: bytes };
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

/**
 * The `--mount` value of the store. Options go with it: a volume that is not there yet is made with them, one that is
 * there keeps its own.
 */
export function storeMount(volume: DockerVolume): string {
  if (volume.type === 'host') return bindMount(volume.path, STORE_MOUNT);
  const options = Object.entries(volume.options).map(([key, value]) =>
    csvField(`volume-opt=${key}=${value}`),
  );
  const fields = ['type=volume', `source=${volume.name}`, `target=${STORE_MOUNT}`];
  if (options.length > 0) fields.push('volume-driver=local', 'volume-nocopy', ...options);
  return fields.join(',');
}

/** The `--mount` value of a folder or file of the host: comma-separated fields, quoted as in CSV. */
export function bindMount(source: string, target: string): string {
  return `type=bind,${csvField(`source=${source}`)},target=${target}`;
}

function csvField(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
