import type { PinnedModel } from '../../../core/domain/pinned-model.ts';
import { sourceOf } from '../../../core/source/sources.ts';
import type { StorePaths } from '../../../core/source/store-paths.ts';
import { leaseName, PRUNE_LEASE } from '../../../core/store/lease-name.ts';
import type { LeaseHolder, ModelLease } from '../../../ports/model-store.ts';
import { restoreMarked } from '../cache/restore-marked.ts';
import type { Disk } from '../disk/disk.ts';
import { refreshFolders } from '../disk/refresh-folders.ts';
import type { Leases } from './lease.ts';
import { FileModelLease } from './model-lease.ts';
import { SharedContents } from './shared-contents.ts';
import type { SpaceReservations } from './space-reservations.ts';

export interface ModelLeaseContext {
  readonly disk: Disk;
  readonly paths: StorePaths;
  readonly leases: Leases;
  readonly spaces: SpaceReservations;
  /** names of shared content that this store downloads */
  readonly contents: Set<string>;
  /** directory of the model's layout */
  readonly place: string;
  /** paths of which a check of the model reads the directories */
  readonly readPaths: readonly string[];
}

/** Waits for the lease of a model, and makes visible what its earlier holder wrote on another machine. */
export async function leaseModel(
  context: ModelLeaseContext,
  model: PinnedModel,
  { onWait, signal }: { readonly onWait: (holder: LeaseHolder) => void; readonly signal: AbortSignal },
): Promise<ModelLease> {
  const { disk, paths, leases, spaces, contents: held, place, readPaths } = context;
  const lease = await leases.acquire(leaseName(sourceOf(model).store.lease(model)), onWait, signal);
  const onWaited = () => refreshFolders(disk, [paths.root, place], readPaths);
  try {
    // prune keeps what is leased, so the later of the two detects the other
    await leases.waitFor(PRUNE_LEASE, onWait, signal);
    await restoreMarked({ disk, paths }, model);
    await onWaited();
    const contents = new SharedContents({ leases, model, held, onWaited });
    return new FileModelLease({ lease, place, spaces, contents });
  } catch (error) {
    await lease.release();
    throw error;
  }
}
