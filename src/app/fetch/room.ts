import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { fits, KEPT_FREE_BYTES } from '../../core/store/room.ts';
import { formatBytes } from '../../core/units.ts';
import type { ModelStore } from '../../ports/model-store.ts';

/** Bytes that running downloads still have to write, so that two of them do not use the same free space. */
export class Room {
  readonly #store: ModelStore;
  readonly #claims = new Map<object, () => number>();

  constructor(store: ModelStore) {
    this.#store = store;
  }

  /**
   * Reserves disk space for a model until `release`.
   * @throws RmaError RMA_STORE_NO_ROOM exit 5
   */
  async claim(model: PinnedModel, remaining: () => number): Promise<{ release(): void }> {
    const key = {};
    const promised = () => [...this.#claims.values()].reduce((sum, claim) => sum + claim(), 0);
    const free = await this.#store.freeBytes(model);
    const needed = remaining();
    if (!fits(needed, free - promised()))
      throw noRoom(this.#store.root, model.ref, { needed, free: free - promised() });
    this.#claims.set(key, remaining);
    return { release: () => void this.#claims.delete(key) };
  }
}

function noRoom(
  root: string,
  ref: string,
  { needed, free }: { readonly needed: number; readonly free: number },
): RmaError {
  const available = Math.max(0, free);
  return new RmaError(
    'RMA_STORE_NO_ROOM',
    `not enough disk space in ${root} for ${ref}: ${formatBytes(needed + KEPT_FREE_BYTES)} needed, ${formatBytes(available)} free`,
    {
      exitCode: EXIT.doesNotFit,
      hint: `free ${formatBytes(needed + KEPT_FREE_BYTES - available)} there, or put the store on a larger disk`,
      details: { needed: needed + KEPT_FREE_BYTES, free: available, root },
    },
  );
}
