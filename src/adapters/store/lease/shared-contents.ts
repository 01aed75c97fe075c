import type { PinnedFile, PinnedModel } from '../../../core/domain/pinned-model.ts';
import { sharedContents } from '../../../core/source/shared-content.ts';
import type { LeaseHolder } from '../../../ports/model-store.ts';
import type { FileLease } from './held-lease.ts';
import type { Leases } from './lease.ts';

export interface SharedContentsOptions {
  readonly leases: Leases;
  readonly model: PinnedModel;
  /** names that this process holds: models of one command wait for each other before they begin */
  readonly held: Set<string>;
  /** called after a wait: makes the files of another machine visible */
  readonly onWaited: () => Promise<void>;
}

/**
 * Leases of content that models under other leases share. Each holder takes them in the order of their names, after the
 * lease of its model, so that no two wait for each other.
 */
export class SharedContents {
  readonly #options: SharedContentsOptions;
  readonly #own = new Map<string, FileLease>();

  constructor(options: SharedContentsOptions) {
    this.#options = options;
  }

  /** As `ModelLease.holdContents`. */
  async hold(
    files: readonly PinnedFile[],
    onWait: (holder: LeaseHolder) => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { leases, model, held, onWaited } = this.#options;
    let isWaiting = false;
    const waits = (holder: LeaseHolder) => {
      isWaiting = true;
      onWait(holder);
    };
    for (const name of sharedContents({ model, files }).filter((each) => !held.has(each))) {
      held.add(name);
      try {
        this.#own.set(name, await leases.acquire(name, waits, signal));
      } catch (error) {
        held.delete(name);
        throw error;
      }
    }
    if (isWaiting) await onWaited();
    return isWaiting;
  }

  progress(doneBytes: number, totalBytes: number): void {
    for (const lease of this.#own.values()) lease.progress(doneBytes, totalBytes);
  }

  /** Never rejects. */
  async release(): Promise<void> {
    for (const [name, lease] of this.#own) {
      this.#options.held.delete(name);
      await lease.discard();
    }
    this.#own.clear();
  }
}
