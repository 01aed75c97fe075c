import { imageKey } from '../../core/docker/image-reference.ts';
import type { DockerVolume } from '../../core/docker/volume-of.ts';
import type { Owner } from '../../core/domain/config.ts';
import type { ModelCheck, StoreCheck } from '../../core/domain/model-check.ts';
import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import { readStoreCheck } from '../../core/store/read-store-check.ts';
import type { OneOff } from '../../ports/docker-cli.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

/** What a throw-away worker container needs to reach the store. */
export interface StoreAccess {
  readonly image: string;
  readonly volume: DockerVolume;
  readonly owner: Owner;
  readonly project: string;
}

export interface StoreQuestion {
  readonly access: StoreAccess;
  readonly models: readonly PinnedModel[];
}

/** Looks at the store through a read-only mount, without a network. Null when the container could not look. */
async function checkStore(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  { access, models }: StoreQuestion,
): Promise<StoreCheck | null> {
  const outcome = await host.docker.oneOff({
    ...storeContainer(access, 'check', models),
    mounts: [`${storeMount(access.volume)},readonly`],
    env: {},
    extraHosts: [],
    network: false,
    signal: invocation.signal,
  });
  return outcome.exitCode === 0 ? readStoreCheck(outcome.stdout, access.image) : null;
}

/** What lies in the store: nothing when it is not there yet; null when only a missing image could look. */
export async function lookIntoStore(
  host: Pick<Host, 'engine' | 'docker' | 'files'>,
  invocation: Pick<Invocation, 'signal'>,
  { access, models }: StoreQuestion,
): Promise<StoreCheck | null> {
  if (await storeExists(host, access)) {
    return (await host.engine.images()).has(imageKey(access.image))
      ? checkStore(host, invocation, { access, models })
      : null;
  }
  const freeBytes = await freeBytesBeside(host, access);
  return freeBytes === null ? null : { checks: models.map(nothingOf), freeBytes };
}

/** Returns the bytes free where the store is; null when that is not a file system of this machine. */
export async function freeBytesBeside(
  host: Pick<Host, 'engine' | 'files'>,
  { volume }: Pick<StoreAccess, 'volume'>,
): Promise<number | null> {
  if (volume.type === 'host') return host.files.freeBytes(volume.path);
  if (Object.keys(volume.options).length > 0) return null; // on a server
  const { rootDir } = await host.engine.facts();
  return (await host.files.facts(rootDir)) === null ? null : host.files.freeBytes(rootDir);
}

async function storeExists(host: Pick<Host, 'engine' | 'files'>, { volume }: StoreAccess): Promise<boolean> {
  if (volume.type === 'host') return (await host.files.facts(volume.path)) !== null;
  return (await host.engine.volumes()).has(volume.name);
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
