import { imageDigest } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { Catalog } from '../../core/domain/profile.ts';
import { RmaError } from '../../core/errors.ts';
import { findModel } from '../../core/profile/find-model.ts';
import { expandSets } from '../../core/profile/model-sets.ts';
import { sourceLists } from '../../core/profile/model-sources.ts';
import { isMissing, modelsOf, optionalRefs } from '../../core/profile/model-users.ts';
import { runningProfiles } from '../../core/profile/replaced-profiles.ts';
import { EMPTY_LOCK, formatLockFile, type LockFile, samePin } from '../../core/source/lock-file.ts';
import { formatResolved } from '../../core/source/resolved-file.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ModelStore } from '../../ports/model-store.ts';
import { chooseServices } from '../desired/choose-services.ts';
import { readResolved } from '../desired/known-models.ts';
import { lockFilePath, readLockFile } from '../desired/lock-file.ts';
import { resolveFromSources } from '../desired/resolve-sources.ts';
import { projectFiles } from '../observe/project-files.ts';
import { withFallback } from '../offline/fallback.ts';
import type { VolumeHost, VolumeInvocation } from '../offline/run-in-volume.ts';

export interface LockRequest {
  readonly config: RmaConfig;
  /** a store in a directory, for models whose hub cannot be reached; null: the project's volume */
  readonly store: Pick<ModelStore, 'recall' | 'read'> | null;
  /** names or references to resolve again */
  readonly update: readonly string[];
  /** resolve all of them again */
  readonly refresh: boolean;
  readonly dryRun: boolean;
  /** the other hosts of the project, which use what was resolved again too; absent: it has one host */
  readonly others?: readonly { readonly host: Pick<Host, 'files'>; readonly config: RmaConfig }[];
}

type Change = 'added' | 'updated' | 'unchanged' | 'removed';

export interface LockResult {
  readonly file: string;
  /** models by reference, then images; sorted */
  readonly entries: readonly {
    readonly kind: 'model' | 'image';
    readonly name: string;
    readonly change: Change;
  }[];
  /** models that could not be resolved: the lock does not have them */
  readonly failed: readonly { readonly ref: string; readonly error: RmaError }[];
  /** profiles of which no variant is locked completely: they cannot run frozen */
  readonly incomplete: readonly string[];
  readonly lock: LockFile;
}

/**
 * Writes `rma.lock` with every model of the project, of all variants, and the digests of its images that this engine has.
 * What the project uses now is locked; what neither it nor the lock has is resolved.
 * @throws RmaError RMA_LOCKFILE_NO_PROJECT, RMA_LOCKFILE_INVALID, RMA_MODEL_UNKNOWN and others of the data (2)
 */
export async function lockModels(
  host: VolumeHost & Pick<Host, 'localFiles'>,
  invocation: VolumeInvocation & Pick<Invocation, 'sources' | 'catalog'>,
  request: LockRequest,
): Promise<LockResult> {
  const { config, store, dryRun } = request;
  const file = lockFilePath(config);
  const { catalog, profiles, state } = await chooseServices(host, invocation, { config, profiles: [] });
  const own = [...new Set([...profiles, ...runningProfiles(profiles, state)])];
  const refs = [...modelsOf(catalog, own, config.variants).keys()].sort();
  const before = (await readLockFile(host, config)) ?? EMPTY_LOCK;
  const resolved = await readResolved(host, projectFiles(config).resolved);
  const update = expandSets(request.update, catalog.models).map((name) => findModel(catalog, name).ref);
  const again = new Set(request.refresh ? refs : update);
  const known = new Map([...before.models, ...resolved.pinned].filter(([ref]) => !again.has(ref)));
  const resolvers = withFallback(host, invocation, { config: { ...config, frozen: false }, store });
  const answers = await resolveFromSources(resolvers, refs, { known, lists: sourceLists(catalog) });
  const found = [...answers].flatMap(([ref, answer]) => (answer.ok ? [[ref, answer.pinned] as const] : []));
  const faults = [...answers].flatMap(([ref, answer]) => (answer.ok ? [] : [{ ref, error: answer.error }]));
  const optional = optionalRefs(catalog);
  const absent = faults.filter(({ ref, error }) => optional.has(ref) && isMissing(error));
  const lock: LockFile = {
    models: new Map(found),
    missing: new Map(absent.map(({ ref, error }) => [ref, error.message])),
    images: await imagesOf(host, { config, catalog, profiles: own, before }),
  };
  const text = formatLockFile(lock);
  if (!dryRun && (await host.localFiles.read(file)) !== text) await host.localFiles.write(file, text, 0o644);
  for (const each of dryRun ? [] : [{ host, config }, ...(request.others ?? [])])
    await followUpdate(each.host, { config: each.config, lock, again });
  const failed = faults.filter((fault) => !absent.includes(fault));
  return {
    file,
    entries: [
      ...changes('model', before.models, lock.models, samePin),
      ...changes('image', before.images, lock.images, Object.is),
    ],
    failed,
    incomplete: own.filter((name) => !isRunnable(catalog, name, lock)),
    lock,
  };
}

/** Returns whether a variant of the profile has all its models in the lock. */
function isRunnable(catalog: Catalog, profile: string, { models, missing }: LockFile): boolean {
  const isLocked = (name: string) => {
    const { ref } = findModel(catalog, name);
    return models.has(ref) || missing.has(ref);
  };
  const { variants = [] } = catalog.profiles.get(profile) ?? {};
  return variants.some(({ services }) => services.every((service) => service.models.every(isLocked)));
}

/** Returns the digests of the images of the profiles: those of this engine, else those that the lock had. */
async function imagesOf(
  host: Pick<VolumeHost, 'engine'>,
  {
    config,
    catalog,
    profiles,
    before,
  }: {
    readonly config: RmaConfig;
    readonly catalog: Catalog;
    readonly profiles: readonly string[];
    readonly before: LockFile;
  },
): Promise<LockFile['images']> {
  const present = await host.engine.images().catch((error: unknown) => {
    // without Docker the models are locked all the same
    if (error instanceof RmaError) return new Set<string>();
    throw error;
  });
  const digests = imageNames(config, catalog, profiles).flatMap((image) => {
    const digest = imageDigest(present, image) ?? before.images.get(image);
    return digest === undefined ? [] : [[image, digest] as const];
  });
  return new Map(digests);
}

/** Returns every image that a service of the profiles may run, and the base of the worker image. */
export function imageNames(
  config: RmaConfig,
  catalog: Catalog,
  profiles: readonly string[],
): readonly string[] {
  const engines = profiles
    .flatMap((name) => catalog.profiles.get(name)?.variants ?? [])
    .flatMap(({ services }) => services.flatMap(({ engine }) => catalog.engines.get(engine) ?? []));
  const images = engines.flatMap(({ name, image, buildContext, cpuImage, imagesByCompute }) => {
    const own = config.images.engines[name];
    // what rma builds is in no registry
    if (own === undefined && buildContext !== undefined) return [];
    return own === undefined
      ? [image, ...(cpuImage === null ? [] : [cpuImage]), ...Object.values(imagesByCompute)]
      : [own];
  });
  return [...new Set([config.images.workerBase, ...images])].sort();
}

/** Lets the project use what was resolved again: its own record would differ from the lock. */
async function followUpdate(
  host: Pick<VolumeHost, 'files'>,
  {
    config,
    lock,
    again,
  }: { readonly config: RmaConfig; readonly lock: LockFile; readonly again: ReadonlySet<string> },
): Promise<void> {
  const path = projectFiles(config).resolved;
  const resolved = await readResolved(host, path);
  const pinned = new Map(resolved.pinned);
  const geometry = new Map(resolved.geometry);
  for (const ref of again) {
    const [locked, current] = [lock.models.get(ref), pinned.get(ref)];
    if (locked === undefined || current === undefined || samePin(locked, current)) continue;
    pinned.set(ref, locked);
    geometry.delete(ref);
  }
  const isChanged = [...pinned].some(([ref, model]) => resolved.pinned.get(ref) !== model);
  if (isChanged) await host.files.write(path, formatResolved({ ...resolved, pinned, geometry }), 0o644);
}

function changes<T>(
  kind: 'model' | 'image',
  before: ReadonlyMap<string, T>,
  ...[after, same]: readonly [ReadonlyMap<string, T>, (one: T, other: T) => boolean]
): LockResult['entries'] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((name) => {
    const [old, now] = [before.get(name), after.get(name)];
    if (now === undefined) return { kind, name, change: 'removed' };
    if (old === undefined) return { kind, name, change: 'added' };
    return { kind, name, change: same(old, now) ? 'unchanged' : 'updated' };
  });
}
