import type { VolumeFacts } from '../../core/domain/docker-engine.ts';
import type { ReservedService } from '../../core/domain/lock.ts';
import type { Snapshot } from '../../core/domain/snapshot.ts';
import { usedByOthers } from '../../core/placement/used-by-others.ts';
import {
  reservationLabels,
  reservationVolume,
  reservationVolumes,
} from '../../core/reservation/reservation-labels.ts';
import { type EngineUse, type ObservedReservation, observeUse, validOf } from '../observe/observe-locks.ts';
import type { LockContext, LockHost, TakenLock } from './take-lock.ts';
import { withPlanningLock } from './with-lock.ts';

export interface ReserveRequest {
  readonly project: string;
  /** the lock of the project */
  readonly lock: TakenLock;
  /** none: nothing is reserved */
  readonly services: readonly ReservedService[];
  /** what the plan was made from */
  readonly snapshot: Pick<Snapshot, 'allContainers' | 'reservations' | 'volumes'>;
}

/** The reservations of an accepted plan. */
export interface Reserved {
  /** Never rejects. */
  readonly release: () => Promise<void>;
}

/**
 * Accepts a plan: reserves what its services need, instead of what earlier plans of the project reserved. Returns null if the
 * reservations of other projects changed since the plan was made, which must then be made again.
 */
export async function reserve(
  host: LockHost,
  invocation: LockContext,
  request: ReserveRequest,
): Promise<Reserved | null> {
  const { project, lock, services } = request;
  if (services.length === 0) {
    await dropReservations(host, project, request.snapshot.volumes);
    return { release: async () => undefined };
  }
  return withPlanningLock(host, invocation, {
    command: lock.owner.command,
    work: async () => {
      const planned = usedByOthers(project, request.snapshot);
      const before = await observeUse(host, invocation);
      if (usedByOthers(project, factsOf(before)) !== planned) return null;
      const { nonce, owner } = lock;
      const volume = reservationVolume(project, nonce);
      const labels = reservationLabels({ project, nonce, owner, services });
      await host.engine.createVolume(volume, { labels, options: {} });
      // this process may have been suspended, and lost the lock: of two at once, one sees the other here
      const after = await observeUse(host, invocation);
      if (usedByOthers(project, factsOf(after)) !== planned) {
        await host.engine.removeVolumes([volume]);
        return null;
      }
      const stale = after.locks.reservations.filter(
        (each) => each.volume !== volume && isStale(each, project),
      );
      await host.engine.removeVolumes(stale.map((each) => each.volume));
      // if the engine stopped, it is no longer valid when the process ended
      return { release: async () => host.engine.removeVolumes([volume]).catch(() => undefined) };
    },
  });
}

/** Removes all reservations of a project among these volumes. */
export async function dropReservations(
  { engine }: LockHost,
  project: string,
  volumes: ReadonlyMap<string, VolumeFacts>,
): Promise<void> {
  const own = reservationVolumes(volumes.values()).filter((each) => each.project === project);
  await engine.removeVolumes(own.map(({ volume }) => volume));
}

/** Returns whether a reservation is not needed: it is of an earlier plan of the project, or its command was killed and nothing runs. */
function isStale({ project, valid }: ObservedReservation, planning: string): boolean {
  return project === planning || valid.length === 0;
}

function factsOf({ allContainers, locks }: EngineUse): Pick<Snapshot, 'allContainers' | 'reservations'> {
  return { allContainers, reservations: validOf(locks) };
}
