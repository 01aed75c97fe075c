import type { HolderState, LockKey, LockOwner, PlannedReservation } from '../../core/domain/lock.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { type ObservedClaim, type ObservedReservation, observeUse } from '../observe/observe-locks.ts';

/** One lock and its holder. */
export interface LockReport {
  readonly key: LockKey;
  /** null: unknown */
  readonly owner: LockOwner | null;
  readonly state: HolderState;
  /** names of its volumes */
  readonly volumes: readonly string[];
}

/** What an accepted plan reserves for one service. */
export interface ReservationReport extends PlannedReservation {
  /** false: its command was killed, and the next `up` of any project removes it */
  readonly valid: boolean;
  readonly owner: LockOwner | null;
  readonly volume: string;
}

export interface LocksReport {
  readonly locks: readonly LockReport[];
  readonly reservations: readonly ReservationReport[];
}

/** Returns the locks and reservations of all projects on an engine. @throws RmaError RMA_DOCKER_* (3) */
export async function lockReport(
  host: Pick<Host, 'engine'>,
  invocation: Pick<Invocation, 'processes'>,
): Promise<LocksReport> {
  const { locks } = await observeUse(host, invocation);
  return { locks: holders(locks.claims), reservations: locks.reservations.flatMap(reservationReports) };
}

/** Returns one entry per holder, which may have two volumes while it renews its lock. */
function holders(claims: readonly ObservedClaim[]): readonly LockReport[] {
  return [...new Set(claims.map(({ nonce }) => nonce))].flatMap((nonce) => {
    const own = claims.filter((claim) => claim.nonce === nonce);
    const last = own.at(-1);
    if (last === undefined) return [];
    const { key, owner, state } = last;
    return [{ key, owner, state, volumes: own.map(({ volume }) => volume) }];
  });
}

function reservationReports(reservation: ObservedReservation): readonly ReservationReport[] {
  const { project, owner, volume, services, valid } = reservation;
  return services.map(({ workers: _, ...reserved }) => ({
    ...reserved,
    project,
    owner,
    volume,
    valid: valid.some(({ service }) => service === reserved.service),
  }));
}
