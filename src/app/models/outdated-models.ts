import { imageDigest } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { modelVersion } from '../../core/source/describe-model.ts';
import { newBytes, samePin } from '../../core/source/lock-file.ts';
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
 * Returns the models of rma.lock with what their sources have now, then its images with what this engine has.
 * @throws RmaError RMA_LOCKFILE_MISSING, RMA_LOCKFILE_INVALID, RMA_LOCKFILE_NO_PROJECT (2)
 */
export async function outdatedModels(
  host: Pick<Host, 'files' | 'engine'>,
  resolvers: Pick<Resolvers, 'sources' | 'reporter' | 'signal'>,
  config: RmaConfig,
): Promise<readonly LockedEntry[]> {
  const lock = await requireLockFile(host, config);
  const refs = [...lock.models.keys()].sort();
  // a model with several sources is compared with the one that it was locked from
  const asked = [...new Set([...lock.models.values()].map(({ ref }) => ref))];
  const answers = await resolveEach(resolvers, asked, new Map());
  const models = refs.flatMap((ref): LockedEntry[] => {
    const locked = lock.models.get(ref);
    const answer = locked === undefined ? undefined : answers.get(locked.ref);
    if (locked === undefined || answer === undefined) return [];
    return [answer.ok ? compared(ref, locked, answer.pinned) : unknown(ref, locked, answer.error)];
  });
  return [...models, ...(await images(host, lock.images))];
}

function compared(name: string, locked: PinnedModel, current: PinnedModel): LockedEntry {
  return {
    kind: 'model',
    name,
    state: samePin(locked, current) ? 'current' : 'outdated',
    locked: modelVersion(locked),
    current: modelVersion(current),
    bytes: newBytes(current, locked),
  };
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

async function images(
  { engine }: Pick<Host, 'engine'>,
  locked: ReadonlyMap<string, string>,
): Promise<readonly LockedEntry[]> {
  if (locked.size === 0) return [];
  const present = await engine.images().catch((error: unknown) => {
    if (error instanceof RmaError) return new Set<string>();
    throw error;
  });
  return [...locked].sort().map(([name, digest]) => {
    const current = imageDigest(present, name);
    const state = current === null ? 'unknown' : current === digest ? 'current' : 'outdated';
    return { kind: 'image', name, state, locked: digest, current, bytes: null };
  });
}
