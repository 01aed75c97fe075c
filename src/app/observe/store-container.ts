import { imageKey } from '../../core/docker/image-reference.ts';
import type { DockerVolume } from '../../core/docker/volume-of.ts';
import type { Owner } from '../../core/domain/config.ts';
import type { ModelCheck, StoreCheck } from '../../core/domain/model-check.ts';
import { type PinnedModel, pinnedBytes } from '../../core/domain/pinned-model.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import { ONE_OFF_LABEL } from '../../core/labels.ts';
import { STORE_MOUNT } from '../../core/store/layout.ts';
import { readStoreCheck } from '../../core/store/read-store-check.ts';
import { STORE_VERBS, type StoreVerb } from '../../core/worker/store-verbs.ts';
import type { CommandOutcome } from '../../ports/command-runner.ts';
import type { OneOff } from '../../ports/docker-cli.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

/** How a one-off worker container reaches the store. */
export interface StoreAccess {
  readonly image: string;
  readonly volume: DockerVolume;
  readonly owner: Owner;
  readonly project: string;
}

export interface StoreQuestion {
  readonly access: StoreAccess;
  readonly models: readonly PinnedModel[];
  readonly snapshot: StoreSurroundings;
}

/** The parts of a snapshot that show whether a store exists, and where. */
export type StoreSurroundings = Pick<Snapshot, 'engine' | 'images' | 'volumes'>;

/**
 * Returns the state of the models in the store, and its free space. A missing store contains nothing. Returns null if the
 * store cannot be read: the worker image is not built yet, or its container failed.
 */
export async function checkStore(
  host: Pick<Host, 'docker' | 'files'>,
  invocation: Pick<Invocation, 'signal'>,
  { access, models, snapshot }: StoreQuestion,
): Promise<StoreCheck | null> {
  if (await storeExists(host, access, snapshot)) {
    if (!snapshot.images.has(imageKey(access.image))) return null;
    return checkInContainer(host, invocation, { access, models });
  }
  const freeBytes = await freeBytesBeside(host, access, snapshot);
  return freeBytes === null ? null : { checks: models.map(nothingOf), freeBytes };
}

async function checkInContainer(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  { access, models }: Pick<StoreQuestion, 'access' | 'models'>,
): Promise<StoreCheck | null> {
  const outcome = await runOnStore(host, invocation, { access, verb: 'check', input: { models } });
  return outcome.exitCode === 0 ? readStoreCheck(outcome.stdout, access.image) : null;
}

/** A command of the worker image for the store. */
export interface StoreCommand {
  readonly access: StoreAccess;
  readonly verb: StoreVerb;
  /** stdin, as JSON */
  readonly input: unknown;
  readonly onStdout?: (line: string) => void;
  /** reads the output as bytes */
  readonly readStdout?: OneOff['readStdout'] & {};
  /** what the command reads as a stream instead of the input; it then has the argument `-` */
  readonly stream?: AsyncIterable<Uint8Array>;
  /** further `--mount` values */
  readonly mounts?: readonly string[];
}

/** Runs a command of the worker image on the store, without a network. Its error is a JSON document on stderr. */
export async function runOnStore(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  { access, verb, input, onStdout, readStdout, stream, mounts = [] }: StoreCommand,
): Promise<CommandOutcome> {
  const mount = storeMount(access.volume);
  const container = storeContainer(access, verb, input);
  return host.docker.oneOff({
    ...container,
    argv: [...container.argv, ...(stream === undefined ? [] : ['-']), '--json'],
    ...(stream !== undefined && { stdin: { bytes: stream } }),
    ...(readStdout !== undefined && { readStdout }),
    mounts: [STORE_VERBS[verb] === 'write' ? mount : `${mount},readonly`, ...mounts],
    env: {},
    extraHosts: [],
    network: false,
    signal: invocation.signal,
    ...(onStdout === undefined ? {} : { onStdout }),
  });
}

/**
 * Returns the free bytes on the file system of the store; null if it is on another machine: an NFS server, or the host of
 * a remote engine.
 */
export async function freeBytesBeside(
  { files }: Pick<Host, 'files'>,
  { volume }: Pick<StoreAccess, 'volume'>,
  { engine }: Pick<StoreSurroundings, 'engine'>,
): Promise<number | null> {
  if (volume.type === 'host') return files.freeBytes(volume.path);
  if (Object.keys(volume.options).length > 0) return null;
  return (await files.facts(engine.rootDir)) === null ? null : files.freeBytes(engine.rootDir);
}

/** Returns whether the volume or directory of the store exists. */
export async function storeExists(
  { files }: Pick<Host, 'files'>,
  { volume }: StoreAccess,
  { volumes }: StoreSurroundings,
): Promise<boolean> {
  return volume.type === 'host' ? (await files.facts(volume.path)) !== null : volumes.has(volume.name);
}

function nothingOf(model: PinnedModel): ModelCheck {
  const bytes = pinnedBytes(model);
  return { ref: model.ref, state: 'missing', missing: model.files, totalBytes: bytes, missingBytes: bytes };
}

/** Returns the part of a one-off container that is the same for every task on the store. */
export function storeContainer(
  access: StoreAccess,
  verb: StoreVerb | 'fetch' | 'repair' | 'serve',
  input: unknown,
): Pick<OneOff, 'image' | 'argv' | 'stdin' | 'user' | 'labels'> {
  return {
    image: access.image,
    argv: ['rma-worker', verb],
    stdin: JSON.stringify(input),
    user: `${access.owner.uid}:${access.owner.gid}`,
    labels: { [ONE_OFF_LABEL]: access.project },
  };
}

/**
 * Returns the `--mount` value of the store, with the options of its volume: Docker creates a missing volume with them, and
 * ignores them for an existing one.
 */
export function storeMount(volume: DockerVolume): string {
  return volumeMount(volume, STORE_MOUNT);
}

/** Returns the `--mount` value of a volume at a path, as storeMount. */
export function volumeMount(volume: DockerVolume, target: string): string {
  if (volume.type === 'host') return bindMount(volume.path, target);
  const options = Object.entries(volume.options).map(([key, value]) =>
    csvField(`volume-opt=${key}=${value}`),
  );
  const fields = ['type=volume', `source=${volume.name}`, `target=${target}`];
  if (options.length > 0) fields.push('volume-driver=local', 'volume-nocopy', ...options);
  return fields.join(',');
}

/** Returns the `--mount` value of a directory or file of the host: comma-separated fields, quoted as in CSV. */
export function bindMount(source: string, target: string): string {
  return `type=bind,${csvField(`source=${source}`)},target=${target}`;
}

function csvField(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
