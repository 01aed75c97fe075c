import { imageDigest } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { modelVersion } from '../../core/source/describe-model.ts';
import { contentVersion, newBytes, samePin } from '../../core/source/lock-file.ts';
import type { Host } from '../../ports/host.ts';
import { requireLockFile } from '../desired/lock-file.ts';
import { type Resolvers, resolveEach } from '../desired/resolve-models.ts';

/** A locked model or image, and what it is now. */
export interface LockedEntry {
  readonly kind: 'model' | 'image';
  /** reference */
  readonly name: string;
  readonly state: 'current' | 'outdated' | 'unknown';
  /** commit or digest */
  readonly locked: string;
  /** null: unknown */
  readonly current: string | null;
  /** bytes that the current version has and the locked one lacks; null: unknown */
  readonly bytes: number | null;
  /** why it is unknown */
  readonly message?: string;
}

/**
 * Returns the models of rma.lock with what their sources have now, then its images with what their registries have.
 * @throws RmaError RMA_LOCKFILE_MISSING, RMA_LOCKFILE_INVALID, RMA_LOCKFILE_NO_PROJECT (2)
 */
export async function outdatedModels(
  host: Pick<Host, 'files' | 'localFiles' | 'engine' | 'images'>,
  resolvers: Pick<Resolvers, 'sources' | 'reporter' | 'signal'>,
  config: RmaConfig,
): Promise<readonly LockedEntry[]> {
  const lock = await requireLockFile(host, config);
  const refs = [...lock.models.keys()].sort();
  // a model with several sources is compared with the one that it was locked from
  const references = [...new Set([...lock.models.values()].map(({ ref }) => ref))];
  const results = await resolveEach(resolvers, references, new Map());
  const models = refs.flatMap((ref): LockedEntry[] => {
    const locked = lock.models.get(ref);
    const answer = locked === undefined ? undefined : results.get(locked.ref);
    if (locked === undefined || answer === undefined) return [];
    return [answer.ok ? compared(ref, locked, answer.pinned) : unknown(ref, locked, answer.error)];
  });
  return [...models, ...(await imageEntries(host, lock.images))];
}

function compared(name: string, locked: PinnedModel, current: PinnedModel): LockedEntry {
  return {
    kind: 'model',
    name,
    state: samePin(locked, current) ? 'current' : 'outdated',
    ...versions(locked, current),
    bytes: newBytes(current, locked),
  };
}

/** Returns the commits or digests of two models; if a source has none, or the same for different files, hashes of their file lists. */
function versions(locked: PinnedModel, current: PinnedModel): Pick<LockedEntry, 'locked' | 'current'> {
  const named = { locked: modelVersion(locked), current: modelVersion(current) };
  const isClear = named.locked !== named.current || samePin(locked, current);
  return isClear ? named : { locked: contentVersion(locked), current: contentVersion(current) };
}

function unknown(name: string, locked: PinnedModel, { message }: RmaError): LockedEntry {
  return {
    kind: 'model',
    name,
    state: 'unknown',
    locked: modelVersion(locked),
    current: null,
    bytes: null,
    message,
  };
}

/** Returns the locked images with what their registries have; with what this engine has, if a registry cannot be reached. */
async function imageEntries(
  { engine, images }: Pick<Host, 'engine' | 'images'>,
  locked: ReadonlyMap<string, string>,
): Promise<readonly LockedEntry[]> {
  if (locked.size === 0) return [];
  const present = await engine.images().catch((error: unknown) => {
    if (error instanceof RmaError) return new Set<string>();
    throw error;
  });
  return Promise.all(
    [...locked].sort().map(async ([name, digest]): Promise<LockedEntry> => {
      const { current, message } = await currentDigest(images, { name, present });
      const state = current === null ? 'unknown' : current === digest ? 'current' : 'outdated';
      const entry = { kind: 'image', name, state, locked: digest, current, bytes: null } as const;
      return message === null ? entry : { ...entry, message };
    }),
  );
}

interface ComparedImage {
  readonly name: string;
  readonly present: ReadonlySet<string>;
}

async function currentDigest(
  images: Host['images'],
  { name, present }: ComparedImage,
): Promise<{ readonly current: string | null; readonly message: string | null }> {
  const [, pinned] = name.split('@');
  if (pinned !== undefined) return { current: pinned, message: null };
  try {
    return { current: await images.registryDigest(name), message: null };
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const current = imageDigest(present, name);
    const instead = current === null ? '' : '; compared with the local image';
    return { current, message: `${error.message}${instead}` };
  }
}
