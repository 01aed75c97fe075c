import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { fits, KEPT_FREE_BYTES } from '../../core/store/room.ts';
import { formatBytes } from '../../core/units.ts';
import type { LeaseHolder, ModelLease, ModelStore, SpaceReservation } from '../../ports/model-store.ts';

/** What needs disk space: a model, under its lease. */
export interface RoomRequest {
  readonly store: Pick<ModelStore, 'root' | 'freeBytes'>;
  readonly model: PinnedModel;
  readonly lease: Pick<ModelLease, 'reserve'>;
  /** bytes that are still to be written */
  readonly remaining: () => number;
  readonly onWait: (holder: LeaseHolder) => void;
  readonly signal: AbortSignal;
}

interface Room {
  readonly needed: number;
  readonly free: number;
  readonly reserved: number;
}

/**
 * Reserves disk space for a model until `release`, so that two downloads, also of two processes, do not use the same space.
 * @throws RmaError RMA_STORE_NO_ROOM exit 5
 */
export async function claimRoom(request: RoomRequest): Promise<SpaceReservation> {
  const { store, model, lease, remaining, onWait, signal } = request;
  let room: Room = { needed: 0, free: 0, reserved: 0 };
  const isEnough = async (reserved: number) => {
    const free = await store.freeBytes(model);
    const now = { needed: remaining(), free: free - reserved, reserved };
    const isFitting = fits(now.needed, now.free);
    // the error is that it does not fit next to the others, unless it does not fit at all
    if (!isFitting) room = now;
    return isFitting;
  };
  const reservation = await lease.reserve({ remaining, isEnough, onWait, signal });
  if (reservation === null) throw noRoom(store.root, model.ref, room);
  return reservation;
}

/** Returns the note of a download that waits until it is known whether it fits. */
export function waitForRoomText({ host }: LeaseHolder): string {
  return `disk space is reserved by a download on ${host}`;
}

function noRoom(root: string, ref: string, { needed, free, reserved }: Room): RmaError {
  const available = Math.max(0, free);
  const total = needed + KEPT_FREE_BYTES;
  const others = reserved === 0 ? '' : `; running downloads have reserved ${formatBytes(reserved)} more`;
  const wait = reserved === 0 ? '' : ', wait for these downloads,';
  return new RmaError(
    'RMA_STORE_NO_ROOM',
    `not enough disk space in ${root} for ${ref}: ${formatBytes(total)} needed, ${formatBytes(available)} free${others}`,
    {
      exitCode: EXIT.doesNotFit,
      hint: `free ${formatBytes(total - available)} there${wait} or put the store on a larger disk`,
      details: { needed: total, free: available, reserved, root },
    },
  );
}
